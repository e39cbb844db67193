"""The step that proves that the target works before any client uses it."""

from datetime import timedelta

from activities import probing
from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Json


class ValidateTarget(Step):
    """Ask the target the plan's probes, a queue round trip among them, and clean up after them."""

    owner = "qa"
    instruction = "Ask {app} directly: {probes}; then remove what the probes created."
    expected = "Every probe gets the answer that the plan expects."
    validation = "Status and fields of each answer are compared with the plan."
    rollback = "What the probes created is removed."
    break_glass = "The clean-up is asked for by the machine that runs the command: it needs a way to the app."
    estimate = timedelta(minutes=3)

    def do(self, work: Work, before: Json) -> Json:
        """Ask in order; the clean-up is asked whatever the outcome, and first, since a try that was cut short is in the way."""
        checks, base = work.plan.checks, work.world.app.base_url()
        results: list[Json] = []
        _clean_up(work, base)
        for probe in (checks.health, *checks.validation):
            results.append(probing.ask(work.world.web, base, probe, work.run))
            if not results[-1]["ok"]:
                break
        return {"probes": results, "cleanup": _clean_up(work, base)}

    def verify(self, work: Work, before: Json) -> Verdict:
        """Every probe was right."""
        bad = [f"{it['name']}: {it['problem']}" for it in work.did["probes"] + work.did["cleanup"] if not it["ok"]]
        return Failed("; ".join(bad), "Mend the app or the probe; nothing reached a client.") if bad else Done()

    def undo(self, work: Work, before: Json) -> Json:
        """Clean up once more, for a validation that was cut short.

        When this failed at first and the app's code has gone since, its stores are cleared; what was written back of them is
        removed where clients are served now.
        """
        gone = not work.world.app.exists() or work.record.undone("deploy_code")
        place = work.plan.checks.front_door if gone else work.world.app.base_url()
        return {"cleanup": _clean_up(work, str(place)) if place else []}

    def undone(self, work: Work, before: Json) -> Verdict:
        """Every clean-up was answered as the plan says."""
        bad = [f"{it['name']}: {it['problem']}" for it in work.did["cleanup"] if not it["ok"]]
        return Failed("; ".join(bad), "Remove what the probes created by hand.") if bad else Done()


def _clean_up(work: Work, base: str) -> list[Json]:
    return [probing.ask(work.world.web, base, probe, work.run) for probe in work.plan.checks.cleanup]
