"""Which lines are undone, and which of them once more: a step restores what it found, also when it comes late."""

from typing import Any

import pytest

from activities.way_back import lines, rows, stays
from ledger.ledger import Ledger
from ledger.runs import Run
from plan.model import Plan
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

BOOK = ["deploy_code", "prepare_dns", "hand_over_schedules", "quiesce_source", "drain_source", "shift_traffic"]
DENIED = {"code": "denied", "message": "not allowed", "mend": "Grant it."}


@pytest.fixture
def plan() -> Plan:
    return example()


@pytest.fixture
def run(ledger: Ledger, plan: Plan) -> Run:
    """A run all of whose lines were begun and undone."""
    book: list[dict[str, Any]] = [
        {"seq": seq, "kind": "step", "name": name, "arguments": {}} for seq, name in enumerate(BOOK, start=1)
    ]
    run = write(ledger, new_run(plan, book))
    for line in book:
        ledger.steps.change(run.run, line["seq"], state="undone", started="2026-01-01T02:00:00+00:00", attempts=1)
    return run


def undone_again(ledger: Ledger, run: Run, plan: Plan, *, again: bool = False) -> list[str]:
    return [line["name"] for line in lines(ledger, run, plan, again=again)]


def failed(ledger: Ledger, run: Run, name: str, code: str = "denied") -> None:
    ledger.steps.change(run.run, BOOK.index(name) + 1, state="undo-failed", undo_error=DENIED | {"code": code})


def test_nothing_is_undone_twice_without_need(ledger: Ledger, run: Run, plan: Plan) -> None:
    assert undone_again(ledger, run, plan) == []
    failed(ledger, run, "deploy_code")
    assert undone_again(ledger, run, plan) == ["deploy_code"]


@pytest.mark.parametrize(("late", "again"), [("quiesce_source", "hand_over_schedules"), ("shift_traffic", "prepare_dns")])
@pytest.mark.parametrize("second", [False, True])
def test_what_stands_below_a_line_that_failed_is_undone_behind_it(
    ledger: Ledger, run: Run, plan: Plan, late: str, again: str, second: bool
) -> None:
    failed(ledger, run, late)
    assert [row.name for row in rows(ledger, run, plan, again=second)] == [late, again]
    assert ledger.steps.get(run.run, BOOK.index(again) + 1).state == "undone", "asking changes nothing"
    assert undone_again(ledger, run, plan, again=second) == [late, again]
    assert ledger.steps.get(run.run, BOOK.index(again) + 1).state == "done", "its undoing is not skipped"


@pytest.mark.parametrize("code", ["timeout", "unreachable", "throttled"])
def test_a_second_round_is_not_for_what_took_too_long(ledger: Ledger, run: Run, plan: Plan, code: str) -> None:
    failed(ledger, run, "quiesce_source", code)
    assert undone_again(ledger, run, plan, again=True) == []
    assert undone_again(ledger, run, plan) == ["quiesce_source", "hand_over_schedules"]


def outcome(code: str) -> dict[str, Any]:
    return {"state": "failed", "error": DENIED | {"code": code}}


def test_a_line_that_holds_nothing_stops_nothing() -> None:
    assert stays({"seq": 1, "name": "deploy_code", "holds": ""}, outcome("denied")) == ""


def test_slow_clients_do_not_stop_the_way_back_and_refused_ones_do() -> None:
    line = {"seq": 1, "name": "shift_traffic", "holds": "clients"}
    assert (stays(line, outcome("timeout")), stays(line, {"state": "done"})) == ("", "")
    assert "Clients may be on the other side" in stays(line, outcome("denied"))


@pytest.mark.parametrize("code", ["denied", "timeout", "unreachable"])
def test_while_azure_may_hold_the_truth_clients_stay_there(ledger: Ledger, plan: Plan, code: str) -> None:
    book: list[dict[str, Any]] = [
        {"seq": seq, "kind": "step", "name": "climb_ladder", "arguments": {"rung": rung}}
        for seq, rung in enumerate(("dual", "shadow", "live"), start=1)
    ]
    run = write(ledger, new_run(plan, book))
    for line in book:
        row = {"state": "done", "started": "2026-01-01T02:00:00+00:00", "attempts": 1, "arguments": line["arguments"]}
        ledger.steps.change(run.run, line["seq"], **row)
    live, shadow, _ = lines(ledger, run, plan, again=False)
    assert "writes that AWS does not have yet" in stays(live, outcome(code))
    assert stays(shadow, outcome(code)) == ""
