"""The step that looks for known ways to fail before anything is changed."""

from dataclasses import asdict
from datetime import timedelta

from activities.inspections.facts import Facts
from activities.inspections.finding import Finding
from activities.inspections.looking import INSPECTIONS, findings
from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Json
from plan.accepted import AcceptedFinding


class InspectWorkload(Step):
    """Look for the known ways to fail of a move like this one, before anything is changed."""

    owner = "qa"
    instruction = (
        "Measure how long {functions} run and how large messages of {queues} are, and read the package's host.json, what the "
        "template makes of {app}, names of settings, how APIs {apis} let callers in, and both clouds' clocks."
    )
    expected = "Nothing is found that clients would meet, or the plan says under `accepted_findings` why it does no harm."
    validation = "Two weeks of metrics, the source's settings and the foreseen target are held against documented limits."
    rollback = "Nothing to restore: looking changes nothing."
    estimate = timedelta(minutes=2)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Everything that is found is told, not only the first; warnings stand in the result."""
        found = list(findings(Facts(work.plan, work.world, work.now), work.plan))
        accepted = [(one, by) for one in found if (by := _acceptance(work.plan.accepted_findings, one))]
        open_ = [one for one in found if not _acceptance(work.plan.accepted_findings, one)]
        evidence: Json = {
            "looked_for": [inspection.id for inspection in INSPECTIONS],
            "warnings": [asdict(one) for one in open_ if one.weight == "warn"],
            "accepted": [asdict(one) | {"because": by.because, "by": by.by} for one, by in accepted],
            "accepted_but_not_found": [
                _told(one) for one in work.plan.accepted_findings if not any(_meets(one, each) for each in found)
            ],
        }
        refused = [one for one in open_ if one.weight == "refuse"]
        if not refused:
            warnings = evidence["warnings"]
            return Done(evidence, _sentence(warnings) if warnings else "")
        mend = "; ".join(dict.fromkeys(f"{one.id}: {one.mend}" for one in refused))
        return Failed(
            "; ".join(f"{one.id}: {one.what}" for one in refused),
            f"{mend} Or say under accepted_findings why it does no harm; then start again.",
            "hazard",
            evidence | {"refused": [asdict(one) for one in refused]},
        )


def _acceptance(accepted: list[AcceptedFinding], found: Finding) -> AcceptedFinding | None:
    return next((one for one in accepted if _meets(one, found)), None)


def _meets(accepted: AcceptedFinding, found: Finding) -> bool:
    return accepted.finding == found.id and accepted.about in {None, found.about}


def _told(accepted: AcceptedFinding) -> str:
    return accepted.finding + (f" about {accepted.about}" if accepted.about else "")


def _sentence(warnings: list[Json]) -> str:
    names = ", ".join(dict.fromkeys(f"{one['id']} ({one['about']})" for one in warnings))
    count = "1 warning" if len(warnings) == 1 else f"{len(warnings)} warnings"
    return f"Nothing that was looked for stops the move; {count} to read: {names}."
