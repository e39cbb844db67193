"""The status of a run, from the ledger alone.

Lives here: the document's shape. Never here: Durable (a run whose orchestration is lost still has a status).
"""

from collections.abc import Iterable
from typing import Any

from ledger.clock import now, seconds_between
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.steps import StepRow
from plan.fields import parse_duration

Json = dict[str, Any]


def summary(run: Run) -> Json:
    """One line of the list of runs."""
    names = ("run", "workload", "strategy", "state", "why", "started", "updated", "ended")
    return {name: getattr(run, name) or None for name in names}


def status(ledger: Ledger, run: Run, links: Json) -> Json:
    """The whole document: where the run is, what is waited for and since when, every line of the runbook."""
    rows = {row.seq: row for row in ledger.steps.all(run.run)}
    lines = [_line(ledger, run, planned, rows.get(planned["seq"]) or _unwritten(planned)) for planned in run.runbook]
    return {
        **summary(run),
        "phase": _phase(run, lines),
        "plan_hash": run.plan_hash,
        "runbook_hash": run.runbook_hash,
        "code_version": run.code_version,
        "asked": run.asked or None,
        "weight": _weight(rows.values()),
        "downtime_seconds": downtime(rows.values()),
        "window": _window(run, rows.values()),
        "waiting_for": _waiting(run, lines),
        "steps": lines,
        "leftovers": [{"step": it["name"], "error": it["undo"]["error"]} for it in lines if it["state"] == "undo-failed"],
        "links": links,
    }


def downtime(rows: Iterable[StepRow]) -> float | None:
    """Seconds from the closing of the source until clients were served again, by either side; None if never closed."""
    named = {row.name: row for row in rows}
    closed, served = named.get("quiesce_source"), named.get("verify_traffic")
    if closed is None or not closed.begun:
        return None
    ends = [closed.undo_ended, served.ended if served is not None and served.state == "done" else None]
    end = next((moment for moment in ends if moment), None)
    return round(seconds_between(closed.started, end) or 0.0, 1)


def _line(ledger: Ledger, run: Run, planned: Json, row: StepRow) -> Json:
    ended = row.ended or (now() if row.begun else None)
    known = ("seq", "kind", "name", "title", "owner", "person", "estimate_seconds", "arguments")
    copying = row.evidence is not None and row.state in {"running", "waiting"} and row.name in {"copy_state", "verify_state"}
    return {
        **{name: planned[name] for name in known},
        "state": row.state,
        "attempts": row.attempts,
        "started": row.started,
        "ended": row.ended,
        "seconds": round(seconds_between(row.started, ended) or 0.0, 1) if row.begun else None,
        "undo": _undo(row),
        "waiting_for": row.waiting_for,
        "waiting_since": row.waiting_since if row.waiting_for else None,
        "progress": _progress(ledger, run, row) if copying else None,
        "evidence": row.evidence,
        "error": row.error,
    }


def _unwritten(planned: Json) -> StepRow:
    """A line of a run that is just being written."""
    return StepRow(planned["seq"], planned["kind"], planned["name"], "planned")


def _undo(row: StepRow) -> Json | None:
    if row.undo_started is None:
        return None
    return {"started": row.undo_started, "ended": row.undo_ended, "evidence": row.undo_evidence, "error": row.undo_error}


def _progress(ledger: Ledger, run: Run, row: StepRow) -> Json | None:
    parts = ledger.steps.parts(run.run, row.seq, "do").values()
    if not parts:
        return None
    done, items = sum(part["done"] for part in parts), sum(part["items"] for part in parts)
    return {"done": done, "total": _parts_in_all(run), "unit": f"parts ({items} items)"}


def _parts_in_all(run: Run) -> int:
    state = run.plan["state"]
    moved = [queue for queue in state["queues"] if queue["leftover"] == "move"]
    return sum(int(store["shards"]) for store in state["stores"]) + len(moved)


def _phase(run: Run, lines: list[Json]) -> str:
    if run.state in {"migrated", "failed-back", "needs-operator"}:
        return run.state
    active = [line for line in lines if line["state"] in {"running", "waiting"}]
    if run.failing_back:
        undoing = [line for line in lines if line["undo"] and not line["undo"]["ended"]]
        return f"failing back: {undoing[-1]['name'] if undoing else '...'}"
    return str(active[-1]["name"]) if active else run.state


def _waiting(run: Run, lines: list[Json]) -> Json | None:
    for line in lines:
        if line["waiting_for"] and run.ended is None:
            gate = line["name"] if line["kind"] == "gate" else None
            approvers = run.plan["approvals"][gate]["approvers"] if gate else []
            return {"what": line["waiting_for"], "since": line["waiting_since"], "gate": gate, "approvers": approvers}
    if run.state == "paused":
        return {"what": run.why, "since": run.updated, "gate": None, "approvers": []}
    return None


def _weight(rows: Iterable[StepRow]) -> int:
    switch = next((row for row in rows if row.name == "switch_traffic"), None)
    if switch is None or not switch.begun:
        return 0
    found: Json = switch.undo_evidence or switch.evidence or {}
    return int(found.get("weight", 0))


def _window(run: Run, rows: Iterable[StepRow]) -> Json | None:
    if not run.window_opened:
        return None
    length = parse_duration(run.plan["window"]["length"]).total_seconds()
    closed = next((row.ended for row in rows if row.name == "close_window" and row.state == "done"), None) or run.ended
    used = seconds_between(run.window_opened, closed) or 0.0
    return {"opened": run.window_opened, "closed": closed, "length_seconds": length, "used_percent": round(100 * used / length)}
