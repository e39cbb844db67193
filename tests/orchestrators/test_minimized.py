"""Minimized downtime as it runs: a copy before the window, catching up before and after the gate, a way back from each line."""

import pytest

from activities.registry import STEPS
from manual.recorder import record
from orchestrators.minimized_downtime import minimized_downtime
from tests.orchestrators.driver import DONE, Driver, failed, waiting
from tests.plan.plans import example

PLAN = example().model_copy(update={"strategy": "minimized-downtime"})
LINES = record(PLAN)
NAMES = [line["name"] for line in LINES]
STEP_LINES = [line for line in LINES if line["kind"] == "step"]
BEFORE_FINAL = [line for line in STEP_LINES if line["seq"] < LINES[NAMES.index("finalize")]["seq"]]
TRIES = PLAN.timing.attempts


def broken_at(seq: int) -> Driver:
    """A run whose line keeps failing; the same step on an earlier line does not."""
    driver, name = Driver(PLAN), NAMES[seq - 1]
    earlier = NAMES[: seq - 1].count(name)
    driver.script[(name, "do")] = [DONE] * earlier + [failed(message="no luck")] * TRIES
    return driver


def test_what_runs_is_what_the_manual_says() -> None:
    driver = Driver(PLAN)
    assert driver.run(minimized_downtime)["outcome"] == "migrated"
    gates = set(PLAN.approvals)
    asked = [how if name == "open_gate" else name for name, how in driver.log if name in STEPS or name == "open_gate"]
    assert [name for i, name in enumerate(asked) if name not in gates or asked[i - 1] != name] == NAMES
    assert driver.left_waiting() == []


@pytest.mark.parametrize("line", BEFORE_FINAL, ids=lambda line: f"{line['seq']}-{line['name']}")
def test_a_line_that_keeps_failing_turns_the_run_back(line: dict[str, int | str]) -> None:
    seq = int(line["seq"])
    driver = broken_at(seq)
    assert driver.run(minimized_downtime) == {"outcome": "failed-back", "why": f"{line['name']} failed: no luck"}
    assert driver.book.undone == [one["seq"] for one in reversed(STEP_LINES) if one["seq"] <= seq]
    assert driver.left_waiting() == []


@pytest.mark.parametrize("occurrence", [1, 2])
def test_a_copy_that_does_not_catch_up_opens_no_window(occurrence: int) -> None:
    driver = broken_at([seq for seq, name in enumerate(NAMES, 1) if name == "sync_deltas"][occurrence - 1])
    assert driver.run(minimized_downtime)["outcome"] == "failed-back"
    assert driver.book.window_opened is None
    assert driver.count("open_gate", "open-window") == (0 if occurrence == 1 else 2)
    assert driver.count("quiesce_source", "do") == 0
    assert driver.count("backup_state", "undo") == driver.count("start_replication", "undo") == 1


def test_catching_up_after_the_gate_costs_no_window() -> None:
    driver = Driver(PLAN)
    driver.script[("sync_deltas", "do")] = [DONE, *[waiting("the copy")] * 50]
    assert driver.run(minimized_downtime)["outcome"] == "migrated"
    caught_up = max(at for at, key in zip(driver.times, driver.log, strict=True) if key == ("sync_deltas", "do"))
    opened = next(at for at, key in zip(driver.times, driver.log, strict=True) if key[0] == "note_window")
    assert 50 * PLAN.timing.poll.total_seconds() <= caught_up < opened


def test_streams_that_stay_on_after_the_point_of_no_return_call_a_person() -> None:
    driver = broken_at(NAMES.index("stop_replication") + 1)
    assert driver.run(minimized_downtime) == {"outcome": "needs-operator", "why": "stop_replication failed: no luck"}
    assert driver.steps("undo") == []
