"""Rows of steps: written once what must be, kept whole whatever their length, in order."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ledger.ledger import Ledger


def a_run() -> str:
    return f"run-{secrets.token_hex(4)}"


def lines(count: int) -> list[dict[str, Any]]:
    return [{"seq": seq, "kind": "step", "name": f"step_{seq}", "arguments": {"n": seq}} for seq in range(1, count + 1)]


def test_lines_are_planned_in_order(ledger: Ledger) -> None:
    run = a_run()
    ledger.steps.plan(run, lines(130))
    found = ledger.steps.all(run)
    assert [row.seq for row in found] == list(range(1, 131))
    assert {row.state for row in found} == {"planned"}
    assert not any(row.begun for row in found)
    assert found[4].arguments == {"n": 5}


def test_planning_again_changes_nothing_and_fills_gaps(ledger: Ledger) -> None:
    run = a_run()
    ledger.steps.plan(run, lines(2))
    ledger.steps.change(run, 1, state="done", started="2026-11-23T02:00:00+00:00", evidence={"seen": 1})
    ledger.steps.plan(run, lines(3))
    found = ledger.steps.all(run)
    assert [(row.seq, row.state) for row in found] == [(1, "done"), (2, "planned"), (3, "planned")]
    assert found[0].evidence == {"seen": 1}


def test_a_change_touches_only_what_it_names_and_none_clears(ledger: Ledger) -> None:
    run = a_run()
    ledger.steps.plan(run, lines(1))
    ledger.steps.change(run, 1, state="waiting", waiting_for="messages", error={"code": "x"}, acted=True)
    ledger.steps.change(run, 1, waiting_for=None, error=None)
    row = ledger.steps.get(run, 1)
    assert (row.state, row.waiting_for, row.error, row.acted) == ("waiting", None, None, True)


def test_a_line_that_was_never_planned_is_no_line(ledger: Ledger) -> None:
    with pytest.raises(KeyError, match="no line 7"):
        ledger.steps.get(a_run(), 7)


def test_a_before_state_is_written_once_and_never_changed(ledger: Ledger) -> None:
    run = a_run()
    assert ledger.steps.before(run, 1) is None
    assert ledger.steps.keep_before(run, 1, {"weight": 0}) == {"weight": 0}
    assert ledger.steps.keep_before(run, 1, {"weight": 100}) == {"weight": 0}
    assert ledger.steps.before(run, 1) == {"weight": 0}


def test_an_empty_before_state_is_a_before_state(ledger: Ledger) -> None:
    run = a_run()
    ledger.steps.keep_before(run, 1, {})
    assert ledger.steps.before(run, 1) == {}


@pytest.mark.parametrize("sign", ["x", "ü", "😀"])
def test_big_values_come_back_whole(ledger: Ledger, sign: str) -> None:
    run, big = a_run(), {"routes": [sign * 100 for _ in range(600)]}
    assert ledger.steps.keep_before(run, 1, big) == big
    assert ledger.steps.before(run, 1) == big
    ledger.steps.plan(run, lines(1))
    ledger.steps.change(run, 1, evidence=big)
    assert ledger.steps.get(run, 1).evidence == big


def test_a_value_whose_text_is_short_but_wide_comes_back_whole(ledger: Ledger) -> None:
    run, wide = a_run(), {"note": "😀" * 20_000}
    ledger.steps.keep_before(run, 1, wide)
    assert ledger.steps.before(run, 1) == wide


def test_a_decision_is_taken_once(ledger: Ledger) -> None:
    run = a_run()
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda who: ledger.steps.decide(run, 12, {"decision": "approve", "by": who}), "abcd"))
    assert sorted(taken) == [False, False, False, True]
    decision = ledger.steps.decision(run, 12)
    assert decision is not None
    assert decision["by"] == "abcd"[taken.index(True)]
    assert decision["at"]


def test_parts_are_apart_by_line_direction_and_name(ledger: Ledger) -> None:
    run = a_run()
    names = ["orders~0", "orders~10", "my store/1#~2", "Größe~0", "~odd~1"]
    for seq, direction in ((17, "do"), (17, "undo"), (18, "do")):
        for name in names:
            ledger.steps.keep_part(run, seq, direction, name, {"done": True, "at": [seq, direction]})  # type: ignore[arg-type]
    assert ledger.steps.parts(run, 17, "do") == {name: {"done": True, "at": [17, "do"]} for name in names}
    assert ledger.steps.part(run, 17, "undo", "Größe~0")["at"] == [17, "undo"]
    fresh: dict[str, Any] = {"items": 0, "bytes": 0, "token": None, "done": False, "conflicts": []}
    assert ledger.steps.part(run, 17, "do", "other~0") == fresh
    ledger.steps.forget_parts(run, 17, "do")
    assert ledger.steps.parts(run, 17, "do") == {}
    assert len(ledger.steps.parts(run, 17, "undo")) == len(names)
    assert ledger.steps.all(run) == []
