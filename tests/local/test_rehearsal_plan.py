"""What is rehearsed on one machine: every step fails for good somewhere, and everything that passes is met everywhere."""

from itertools import pairwise
from pathlib import Path
from typing import Any

from local.rehearsal_plan import STRATEGIES, last_ones, name_of, planned, take

OWN = {"planned-downtime": ["copy"], "minimized-downtime": ["sync", "copy"], "zero-downtime": ["shift", "climb"]}


def cell(step: str, mode: str, **changes: Any) -> dict[str, Any]:
    return {"step": step, "mode": mode, "passes": False, "named": False, "act": False, "final": False} | changes


def cells(strategy: str) -> list[dict[str, Any]]:
    steps = ["check", "prepare", *OWN[strategy]]
    found = [cell(step, mode) for mode in ("error-before", "error-after") for step in steps]
    found += [cell(step, "throttled", passes=True) for step in steps] + [cell("prepare", "no-functions", named=True)]
    found += [cell("end_failback", "proof-refused", act=True), cell("open_gate", "act-throttled", act=True, passes=True)]
    return [*found, cell("retire", "throttled", final=True, passes=True), cell("retire", "refused-past-finalize", final=True)]


LISTS = {strategy: cells(strategy) for strategy in STRATEGIES}


def test_what_passes_is_met_at_every_step_of_every_strategy_in_shared_runs() -> None:
    together = [run for run in planned(LISTS, {}, whole=False) if "--together" in run.words]
    met = {key for run in together for key in run.each()}
    assert met == {
        (name, one["step"], one["mode"]) for name, found in LISTS.items() for one in found if one["passes"] and not one["final"]
    }


def test_each_step_fails_for_good_once_and_a_shared_one_in_one_strategy() -> None:
    alone = [run for run in planned(LISTS, {}, whole=False) if len(run.cells) == 1 and "--together" not in run.words]
    broken = [(run.strategy, run.cells[0][0]) for run in alone if run.cells[0][1] in {"error-before", "error-after"}]
    assert sorted(step for _, step in broken) == ["check", "climb", "copy", "copy", "prepare", "shift", "sync"]
    assert {mode for run in alone for _, mode in run.cells} >= {"error-before", "error-after", "no-functions", "proof-refused"}
    assert len(alone) == 9


def test_what_was_rehearsed_longest_ago_comes_first() -> None:
    before = {name_of(key): "2026-11-01" for run in planned(LISTS, {}, whole=False) for key in run.each()}
    again = planned(LISTS, before, whole=False)
    moments = [min(before.get(name_of(key), "") for key in run.each()) for run in again]
    assert all(first <= second for first, second in pairwise(moments))
    broken = {run.cells[0] for run in again if len(run.cells) == 1 and name_of(next(run.each())) not in before}
    assert broken  # another mode at the same steps


def test_the_whole_matrix_has_every_cell_that_has_a_way_back() -> None:
    met = {key for run in planned(LISTS, {}, whole=True) for key in run.each()}
    assert met == {(name, one["step"], one["mode"]) for name, found in LISTS.items() for one in found if not one["final"]}


def test_environments_end_in_different_ways_and_next_time_otherwise() -> None:
    first = last_ones(LISTS, {})
    assert [(run.strategy, *run.cells[-1]) for run in first] == [
        ("zero-downtime", "retire", "throttled"), ("minimized-downtime", "retire", "throttled"),
        ("planned-downtime", "retire", "refused-past-finalize"),
    ]  # fmt: skip
    assert all(run.final and "--finalize" in run.words for run in first)
    known = {name_of(key): "2026-11-01" for run in first[:2] for key in run.each()}
    second = last_ones(LISTS, known)
    assert [run.strategy for run in second] == ["planned-downtime", "zero-downtime", "minimized-downtime"]
    assert second[1].cells == (("retire", "refused-past-finalize"),)


def test_a_run_is_taken_once(tmp_path: Path) -> None:
    assert [take(tmp_path / "taken", 3), take(tmp_path / "taken", 3), take(tmp_path / "taken", 4)] == [True, False, True]
