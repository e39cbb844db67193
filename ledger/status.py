"""The status of a run, from the ledger alone.

Lives here: the document's shape. Never here: Durable (a run whose orchestration is lost still has a status).
"""

from collections.abc import Iterable
from typing import Any

from ledger import figures
from ledger.clock import now, seconds_between
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.series import TRAILS, series
from ledger.steps import StepRow
from plan.fields import parse_duration
from plan.people import Gate

Json = dict[str, Any]
_LISTED = 100
"""Entries of a list in evidence that are shown."""
_MOVES_CLIENTS = {"switch_traffic", "shift_traffic"}
"""Steps that send clients to one side or the other; their evidence holds the weight."""
_IN_PARTS = {
    "backup_state": {"shards"},
    "copy_state": {"shards", "queues"},
    "copy_delta": {"queues"},
    "verify_state": {"shards"},
    "verify_backup": {"shards"},
    "recheck_touched": {"shards"},
}
"""Steps that work in parts, and what their parts are: shards of stores, queues whose messages are moved."""


def summary(run: Run) -> Json:
    """One line of the list of runs."""
    names = ("run", "workload", "wave", "strategy", "state", "why", "started", "updated", "ended")
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
        "downtime_runs": _downtime_runs(rows.values()),
        "window": _window(run, rows.values()),
        "exceptions": figures.exceptions(ledger.exceptions.of(run.run)),
        "replication": figures.replication(rows.values()),
        "metrics": figures.metrics(rows.values()),
        "series": series(run.started, rows.values()),
        "waiting_for": _waiting(ledger, run, lines),
        "steps": lines,
        "leftovers": [{"step": it["name"], "error": it["undo"]["error"]} for it in lines if it["state"] == "undo-failed"],
        "links": links,
    }


def downtime(rows: Iterable[StepRow]) -> float | None:
    """Seconds that clients were not served, by neither side; None if the source was never closed.

    From the closing of the source until Azure served them; and, on a way back after that, from the taking of clients off Azure
    until the source was open again.
    """
    named = {row.name: row for row in rows}
    closed, served = named.get("quiesce_source"), _done_at(named.get("verify_traffic"))
    if (
        closed is None or not closed.begun or "verify_traffic" not in named
    ):  # zero downtime closes it when nobody comes any more
        return None
    if served is None:
        return round(seconds_between(closed.started, closed.undo_ended) or 0.0, 1)
    taken = named["switch_traffic"].undo_started if "switch_traffic" in named else None
    back = seconds_between(taken, closed.undo_ended) or 0.0
    return round((seconds_between(closed.started, served) or 0.0) + back, 1)


def without_clock(document: Json) -> Json:
    """A status without what only the clock changes: two of the same run that are equal then say the same about it."""
    steps = [{name: value for name, value in line.items() if name != "seconds"} for line in document["steps"]]
    window = document["window"] and {**document["window"], "used_percent": None}
    return {**document, "steps": steps, "window": window, "downtime_seconds": None}


def _downtime_runs(rows: Iterable[StepRow]) -> bool:
    """Whether clients are not served at this moment, as `downtime` counts."""
    named = {row.name: row for row in rows}
    closed, switch = named.get("quiesce_source"), named.get("switch_traffic")
    if closed is None or not closed.begun or closed.undo_ended or "verify_traffic" not in named:
        return False
    return _done_at(named.get("verify_traffic")) is None or (switch is not None and switch.undo_started is not None)


def _shortened(value: Any) -> Any:
    """The value with long lists cut, and without readings over time: keys that a step must remember are not for readers."""
    match value:
        case dict():
            return {name: _shortened(one) for name, one in value.items() if name not in TRAILS}
        case list() if len(value) > _LISTED:
            return [*map(_shortened, value[:_LISTED]), f"... {len(value) - _LISTED} more"]
        case list():
            return list(map(_shortened, value))
    return value


def _done_at(row: StepRow | None) -> str | None:
    """When a line was done, also of one that was undone since."""
    return row.ended if row is not None and row.ended and not row.error else None


def _line(ledger: Ledger, run: Run, planned: Json, row: StepRow) -> Json:
    ended = row.ended or run.ended or (now() if row.begun else None)
    known = ("seq", "kind", "name", "title", "owner", "person", "estimate_seconds", "arguments")
    copying = row.evidence is not None and row.state in {"running", "waiting"} and row.name in _IN_PARTS
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
        "evidence": _shortened(row.evidence),
        "error": row.error,
    }


def _unwritten(planned: Json) -> StepRow:
    """A line of a run that is just being written."""
    return StepRow(planned["seq"], planned["kind"], planned["name"], "planned")


def _undo(row: StepRow) -> Json | None:
    if row.undo_started is None and row.undo_error is None:  # the first try may fail before it has begun
        return None
    return {"started": row.undo_started, "ended": row.undo_ended, "evidence": row.undo_evidence, "error": row.undo_error}


def _progress(ledger: Ledger, run: Run, row: StepRow) -> Json | None:
    parts = ledger.steps.parts(run.run, row.seq, "do").values()
    if not parts:
        return None
    done, items = sum(part["done"] for part in parts), sum(part["items"] for part in parts)
    return {"done": done, "total": _parts_in_all(run, row.name), "unit": f"parts ({items} items)"}


def _parts_in_all(run: Run, name: str) -> int:
    state, what = run.plan["state"], _IN_PARTS[name]
    shards = sum(int(store["shards"]) for store in state["stores"])
    moved = sum(1 for queue in state["queues"] if queue["leftover"] == "move")
    return (shards if "shards" in what else 0) + (moved if "queues" in what else 0)


def _phase(run: Run, lines: list[Json]) -> str:
    if run.state in {"migrated", "failed-back", "needs-operator"}:
        return run.state
    active = [line for line in lines if line["state"] in {"running", "waiting"}]
    if run.failing_back:
        undoing = [it for it in lines if it["undo"] and not it["undo"]["ended"] and it["state"] != "undo-failed"]
        return f"failing back: {undoing[0]['name'] if undoing else '...'}"  # last first: the first of them is at work
    return str(active[-1]["name"]) if active else run.state


def _waiting(ledger: Ledger, run: Run, lines: list[Json]) -> Json | None:
    nobody: Json = {"gate": None, "approvers": [], "quorum": 0, "approved": [], "missing": []}
    if run.state == "paused":  # also at a gate: it opens for nobody before the run goes on
        return {"what": run.why, "since": run.updated, **nobody}
    if run.awaits and run.ended is None:
        return {"what": run.awaits, "since": run.awaits_since, **nobody}
    for line in lines:
        gate = line["name"] if line["kind"] == "gate" else None
        if line["waiting_for"] and run.ended is None and not (gate and run.failing_back):
            asked = _asked_at(ledger, run, gate, line["seq"]) if gate else nobody
            stakes = {"stakes": _stakes(line["evidence"])} if gate and line["evidence"] else {}
            return {"what": line["waiting_for"], "since": line["waiting_since"], **asked, **stakes}
    return None


def _stakes(known: Json) -> Json:
    """What the last gate's approval ends, with the age of the way back at this moment, in seconds."""
    ages = {"way_back_age": known.get("way_back_proven"), "azure_writes_for": known.get("azure_writes_since")}
    return known | {name: round(seconds_between(since) or 0.0) if since else None for name, since in ages.items()}


def _asked_at(ledger: Ledger, run: Run, gate: str, seq: int) -> Json:
    """Who may decide at a gate, how many must, who has approved, and whose word is missing while more are needed."""
    rules = Gate.model_validate(run.plan["approvals"][gate])
    approved = [vote.on_behalf for vote in ledger.votes.of(run.run, seq) if vote.decision == "approve"]
    missing = [name for name in rules.approvers if name not in approved] if len(approved) < rules.quorum else []
    known = {"gate": gate, "approvers": list(rules.approvers), "quorum": rules.quorum}
    return {**known, "approved": approved, "missing": missing}


def _weight(rows: Iterable[StepRow]) -> int:
    begun = [row for row in rows if row.name in _MOVES_CLIENTS and row.begun]
    back = [row for row in begun if row.undo_evidence]
    found: Json = (back[0].undo_evidence if back else begun[-1].evidence if begun else None) or {}
    return int(found.get("weight", 0))


def _window(run: Run, rows: Iterable[StepRow]) -> Json | None:
    if not run.window_opened:
        return None
    length = parse_duration(run.plan["window"]["length"]).total_seconds()
    closed = next((_done_at(row) for row in rows if row.name == "close_window"), None) or run.ended
    used = seconds_between(run.window_opened, closed) or 0.0
    return {"opened": run.window_opened, "closed": closed, "length_seconds": length, "used_percent": round(100 * used / length)}
