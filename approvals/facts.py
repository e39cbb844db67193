"""What a person should know before deciding: what comes next, what was checked, what differs, how long a failback takes.

Lives here: reading it from the run and its lines. Never here: how it looks (page.py, cards.py).
"""

from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.steps import StepRow

_NOTHING = "Nothing to restore"
"""How the words of a step say that going back costs nothing."""


@dataclass(frozen=True)
class Facts:
    """One gate of one run. `failback_seconds` is a sum of the runbook's estimates; `exceptions` are those that are open."""

    workload: str
    run: str
    strategy: str
    gate: str
    title: str
    asks: str
    approved: str
    rejected: str
    runbook_hash: str
    state: str
    following: list[str]
    checked: list[str]
    differs: list[str]
    failback_seconds: float
    votes: list[str]
    missing: int
    exceptions: list[str]


def facts(ledger: Ledger, run: Run, gate: str) -> Facts:
    """What the ledger knows about a gate.

    Raises:
        KeyError: the runbook has no such gate.
    """
    place = _place(run, gate)
    line, rows = run.runbook[place], {row.seq: row for row in ledger.steps.all(run.run)}
    since = takewhile(_is_step, reversed(run.runbook[:place]))
    done = [one for one in reversed(list(since)) if rows[one["seq"]].state == "done"]
    votes = ledger.votes.of(run.run, line["seq"])
    approvals = {vote.on_behalf for vote in votes if vote.decision == "approve"}
    begun = [one for one in run.runbook if _is_step(one) and rows[one["seq"]].begun]
    return Facts(
        workload=run.workload,
        run=run.run,
        strategy=run.strategy,
        gate=gate,
        title=line["title"],
        asks=line["asks"],
        approved=line["approved"],
        rejected=line["rejected"],
        runbook_hash=run.runbook_hash,
        state=rows[line["seq"]].state if run.alive else run.state,
        following=[one["title"] for one in takewhile(_is_step, run.runbook[place + 1 :])],
        checked=[f"{one['title']} {one['validation']}" for one in done],
        differs=[*_differs(run.runbook, rows), *_held(rows[line["seq"]], gate)],
        failback_seconds=sum(one["estimate_seconds"] for one in begun if not one["rollback"].startswith(_NOTHING)),
        votes=[f"{vote.by}: {vote.decision}" for vote in votes],
        exceptions=[f"{one.store} {one.key}" for one in ledger.exceptions.open(run.run)],
        missing=max(0, int(run.plan["approvals"][gate].get("quorum", 1)) - len(approvals)),
    )


def _place(run: Run, gate: str) -> int:
    for place, line in enumerate(run.runbook):
        if line["kind"] == "gate" and line["name"] == gate:
            return place
    raise KeyError(gate)


def _is_step(line: dict[str, Any]) -> bool:
    return bool(line["kind"] == "step")


def _differs(runbook: list[dict[str, Any]], rows: dict[int, StepRow]) -> list[str]:
    """Steps that did not go as the runbook says at the first try."""
    names = {line["seq"]: line["name"] for line in runbook}
    return [f"{names[row.seq]} took {row.attempts} tries" for row in rows.values() if row.attempts > 1 and row.seq in names]


def _held(row: StepRow, gate: str) -> list[str]:
    """Why the gate holds although people could decide."""
    return [f"waits for {row.waiting_for}"] if row.waiting_for and row.waiting_for != f"approval of {gate}" else []
