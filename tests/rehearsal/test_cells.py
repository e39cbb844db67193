"""The matrix covers every step with a way back, and the early cells cover every step and every mode."""

import pytest

from manual.recorder import record
from plan.model import Strategy
from rehearsal.catalogue import catalogue
from rehearsal.cells import Cell, cells, with_a_way_back
from tests.plan.plans import example

STRATEGIES: list[Strategy] = ["planned-downtime", "minimized-downtime", "zero-downtime"]


def runbook(strategy: Strategy) -> list[dict[str, object]]:
    return record(example().model_copy(update={"strategy": strategy}))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_step_before_finalize_is_in_the_matrix_and_none_after_it(strategy: Strategy) -> None:
    found = cells(catalogue(), strategy, runbook(strategy))
    assert {cell.step for cell in found} == set(with_a_way_back(runbook(strategy)))
    assert not {"retire_source", "evaluate", "finalize"} & {cell.step for cell in found}
    assert len(found) == len(set(found))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_cannot_be_produced_is_no_cell(strategy: Strategy) -> None:
    not_here = {mode.id for mode in catalogue().modes if mode.not_here}
    assert not not_here & {cell.mode for cell in cells(catalogue(), strategy, runbook(strategy))}


def test_all_steps_and_modes_come_in_the_first_half() -> None:
    found = cells(catalogue(), "planned-downtime", runbook("planned-downtime"))
    early = found[: len(found) // 2]
    assert {cell.mode for cell in early} == {cell.mode for cell in found}
    assert {cell.step for cell in early} == {cell.step for cell in found}


def test_a_mode_that_strikes_changes_is_no_cell_of_a_step_that_only_looks() -> None:
    found = cells(catalogue(), "planned-downtime", runbook("planned-downtime"))
    assert Cell("planned-downtime", "verify_state", "error-after") not in found
    assert Cell("planned-downtime", "verify_state", "wrong-reading") in found
    assert Cell("planned-downtime", "switch_traffic", "error-after") in found
