"""Which lines the way back undoes, in which order, and what stops it.

Lives here: the choice. Never here: undoing (lifecycle.py), tries and rounds (the saga's).
"""

from fnmatch import fnmatchcase

from activities.faults import FINAL, SLOW, TRANSIENT
from activities.registry import STEPS
from adapters.records import Json
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.steps import StepRow
from plan.model import Plan

TO_AZURE = {"switch_traffic", "shift_traffic"}
"""Lines after which clients may be on Azure."""
_TRUTH = ("climb_ladder", "live")
"""The line, and its argument, after which Azure holds the truth."""
_WHY = {
    "clients": "Clients may be on the other side, so what serves them there was not undone",
    "truth": "Azure may hold writes that AWS does not have yet, so clients were left there and nothing else was undone",
}


def lines(ledger: Ledger, run: Run, plan: Plan, *, again: bool) -> list[Json]:
    """Lines to undo as `rows` has them; those that were undone are made ready for it."""
    chosen = rows(ledger, run, plan, again=again)
    for row in chosen:
        if row.state == "undone":
            ledger.steps.change(run.run, row.seq, state="done", undo_acted=False)
    return [line_of(row) for row in chosen]


def rows(ledger: Ledger, run: Run, plan: Plan, *, again: bool = False) -> list[StepRow]:
    """Lines to undo, last first: what was begun and is not undone; with `again` only what failed and may come back.

    A step restores what it found. Where steps before it touch the same of the source and are undone already, that is not how
    the source was at first: they are undone once more, behind it.
    """
    begun = [row for row in reversed(ledger.steps.all(run.run)) if row.begun and row.kind == "step"]
    chosen: list[StepRow] = []
    for row in begun:
        wanted = _may_come_back(row) if again else row.state != "undone"
        if wanted or (row.state == "undone" and any(_share(plan, row, one) for one in chosen)):
            chosen.append(row)
    return chosen


def line_of(row: StepRow) -> Json:
    """A line as the way back is told of it."""
    rung = (row.arguments or {}).get("rung")
    holds = "clients" if row.name in TO_AZURE else "truth" if (row.name, rung) == _TRUTH else ""
    return {"seq": row.seq, "name": row.name, "holds": holds}


def stays(line: Json, outcome: Json) -> str:
    """Why the way back stops at a line: what it holds cannot be taken back. Empty when it goes on.

    Clients that are only slow to follow do not stop it; writes that AWS lacks do.
    """
    if outcome["state"] != "failed" or not line["holds"]:
        return ""
    if line["holds"] == "clients" and outcome["error"]["code"] in SLOW:
        return ""
    return f"{line['name']}: {outcome['error']['message']}. {_WHY[line['holds']]}. Mend that, then retry"


def _may_come_back(row: StepRow) -> bool:
    """Whether an undoing that failed is worth another round: not where time was the trouble, for it was patient already."""
    error = row.undo_error if row.state == "undo-failed" else None
    return error is not None and error["code"] not in TRANSIENT | FINAL


def _share(plan: Plan, one: StepRow, other: StepRow) -> bool:
    """Whether two steps touch the same of the source."""
    places = STEPS[one.name]().touches(plan), STEPS[other.name]().touches(plan)
    return any(_overlap(first.split("."), second.split(".")) for first in places[0] for second in places[1])


def _overlap(one: list[str], other: list[str]) -> bool:
    return all(fnmatchcase(a, b) or fnmatchcase(b, a) for a, b in zip(one, other, strict=False))
