"""The matrix covers every step with a way back, and the early cells cover every step and every mode."""

import pytest

from manual.recorder import record
from plan.model import Strategy
from rehearsal.catalogue import ACTS, catalogue
from rehearsal.cells import Cell, cells, without_a_way_back
from tests.plan.plans import example

STRATEGIES: list[Strategy] = ["planned-downtime", "minimized-downtime", "zero-downtime"]


def runbook(strategy: Strategy) -> list[dict[str, object]]:
    return record(example().model_copy(update={"strategy": strategy}))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_step_is_in_the_matrix_and_every_act_that_asks_the_clouds(strategy: Strategy) -> None:
    found = cells(catalogue(), strategy, runbook(strategy))
    steps = {line["name"] for line in runbook(strategy) if line["kind"] == "step"}
    assert {cell.step for cell in found} - set(ACTS) == steps - {"announce", "close_window"}  # these ask no cloud
    assert ("flow_deltas" in {cell.step for cell in found}) == (strategy == "zero-downtime")
    assert len(found) == len(set(found))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_has_no_way_back_meets_failures_that_pass_or_that_a_person_ends(strategy: Strategy) -> None:
    final = without_a_way_back(runbook(strategy))
    assert final[-2:] == ["retire_source", "evaluate"]
    modes = {cell.mode for cell in cells(catalogue(), strategy, runbook(strategy)) if cell.step in final}
    assert {"error-before-once", "throttled", "refused-past-finalize"} <= modes
    assert all(catalogue().mode(mode).passes or mode == "refused-past-finalize" for mode in modes)


def test_strategies_begin_with_other_modes_at_the_steps_that_they_share() -> None:
    first = [cells(catalogue(), strategy, runbook(strategy))[0] for strategy in STRATEGIES]
    assert {cell.step for cell in first} == {"confirm_prerequisites"}
    assert len({cell.mode for cell in first}) == 3


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_cannot_be_produced_is_no_cell(strategy: Strategy) -> None:
    not_here = {mode.id for mode in catalogue().modes if mode.not_here}
    assert not not_here & {cell.mode for cell in cells(catalogue(), strategy, runbook(strategy))}


def test_all_steps_with_a_way_back_and_their_modes_come_in_the_first_half() -> None:
    final = without_a_way_back(runbook("planned-downtime"))
    found = [cell for cell in cells(catalogue(), "planned-downtime", runbook("planned-downtime")) if cell.step not in final]
    early = found[: len(found) // 2]
    assert {cell.mode for cell in early} == {cell.mode for cell in found}
    assert {cell.step for cell in early} == {cell.step for cell in found}


def test_a_mode_that_strikes_changes_is_no_cell_of_a_step_that_only_looks() -> None:
    found = cells(catalogue(), "planned-downtime", runbook("planned-downtime"))
    assert Cell("planned-downtime", "verify_state", "error-after") not in found
    assert Cell("planned-downtime", "verify_state", "wrong-reading") in found
    assert Cell("planned-downtime", "switch_traffic", "error-after") in found
