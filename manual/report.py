"""The report of a run: planned against actual, downtime, evidence, decisions, counts and hashes.

Lives here: what is in it. Never here: measurements; those stand in the ledger.
"""

from typing import Any

from activities.source_state import fingerprint
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.status import status
from manual.markdown import render


def report(ledger: Ledger, run: Run) -> dict[str, Any]:
    """The report as JSON; also of a run that goes on."""
    found = status(ledger, run, {})
    events = ledger.events.of(run.run)
    steps = {line["name"]: line for line in found["steps"]}
    evidence = {name: line["evidence"] or {} for name, line in steps.items()}
    compared = [event["detail"] for event in events if event["kind"] == "failback" and event["detail"]]
    compared_state = evidence.get("verify_state") or evidence.get("verify_backup") or {}
    before = ledger.steps.before(run.run, steps["snapshot_source"]["seq"]) if "snapshot_source" in steps else None
    known = ("run", "workload", "strategy", "state", "why", "started", "ended", "plan_hash", "runbook_hash", "code_version")
    return {
        **{name: found[name] for name in known},
        "downtime_seconds": found["downtime_seconds"],
        "window": found["window"],
        "replication": found["replication"],
        "parity": {name: evidence.get("check_parity", {}).get(name) for name in ("compared", "different")},
        "hazards": {name: evidence.get("inspect_workload", {}).get(name) or [] for name in ("warnings", "accepted")},
        "exceptions": [one.as_json() for one in ledger.exceptions.of(run.run)],
        "source_fingerprint_before": fingerprint(before) if before else None,
        "source_fingerprint_after": compared[-1]["after"] if compared else None,
        "state_copied": {"items": compared_state.get("items"), "hashes": compared_state.get("hashes")},
        "questions": evidence.get("evaluate", {}).get("questions", []),
        "decisions": [event for event in events if event["kind"] in {"decision", "control", "refused"}],
        "leftovers": found["leftovers"],
        "steps": found["steps"],
        "events": events,
    }


def report_markdown(found: dict[str, Any]) -> str:
    """The same for people."""
    return render("report.md.j2", **found)
