"""How the waves stand, by the runs that belong to them."""

from typing import Any

from ledger.waves import waves
from tests.ledger.rows import new_run
from tests.plan.plans import example

PLAN = example()


def of(wave: str, state: str, **more: Any) -> Any:
    return new_run(PLAN, [], wave=wave, state=state, **more)


def test_a_wave_counts_its_workloads_by_state_with_those_first_that_want_a_person() -> None:
    runs = [of("night-1", state) for state in ("migrated", "running", "needs-operator", "migrated", "waiting", "failed-back")]
    states = {"needs-operator": 1, "waiting": 1, "running": 1, "migrated": 2, "failed-back": 1}
    found = waves(runs)
    assert found == [{"wave": "night-1", "workloads": 6, "states": states}]
    assert list(found[0]["states"]) == list(states)


def test_of_a_workload_that_was_tried_again_the_newest_run_counts() -> None:
    runs = [of("night-1", "migrated", workload="orders"), of("night-1", "failed-back", workload="orders")]
    assert waves(runs) == [{"wave": "night-1", "workloads": 1, "states": {"migrated": 1}}]


def test_waves_stand_in_the_order_of_their_newest_runs_and_a_run_on_its_own_is_none() -> None:
    assert waves([of("", "running")]) == []
    runs = [of("b", "running"), of("", "running"), of("a", "running"), of("b", "paused")]
    assert [one["wave"] for one in waves(runs)] == ["b", "a"]
