"""Forward: the order of the runbook, tries, waits and parts."""

from itertools import pairwise

import pytest

from activities.registry import STEPS
from manual.recorder import record
from orchestrators import calls
from tests.orchestrators.book import Book
from tests.orchestrators.driver import Driver, Stuck, failed, waiting
from tests.plan.plans import example

PLAN = example()
LINES = [line["name"] for line in record(PLAN)]


def test_what_runs_is_what_the_manual_says() -> None:
    driver = Driver(PLAN)
    assert driver.run()["outcome"] == "migrated"
    ran = [asked if name == "open_gate" else name for name, asked in driver.log if name in STEPS or name == "open_gate"]
    ran = [name for i, name in enumerate(ran) if i == 0 or ran[i - 1] != name]
    assert ran == [line["name"] for line in record(PLAN)]
    assert driver.left_waiting() == []


def test_a_gate_without_people_waits_for_them() -> None:
    driver = Driver(PLAN.model_copy(update={"approvals": {}}), approve=False)
    driver.options["gates"] = {name: {"timeout": 1e9, "on_timeout": "fail-back"} for name in PLAN.approvals}
    driver.at(1e6, lambda: driver.decide("open-window", "rejected"))
    assert "rejected by Lena Lead" in driver.run()["why"]
    assert driver.clock > 1e6


def test_the_driver_sees_a_wait_that_never_ends() -> None:
    driver = Driver(PLAN)
    driver.during[("deploy_code", "do")] = [lambda: driver.say("pause")]
    with pytest.raises(Stuck):
        driver.run()


def test_a_step_that_fails_is_tried_again_and_goes_on() -> None:
    driver = Driver(PLAN)
    driver.script[("deploy_code", "do")] = [failed(), failed("throttled")]
    assert driver.run()["outcome"] == "migrated"
    assert driver.count("deploy_code", "do") == 3
    asked = [at for at, key in zip(driver.times, driver.log, strict=True) if key == ("deploy_code", "do")]
    delay = PLAN.timing.retry_delay.total_seconds()
    assert asked[1] - asked[0] >= delay
    assert asked[2] - asked[1] >= 2 * delay


def test_a_step_that_waits_is_asked_again_every_poll() -> None:
    driver = Driver(PLAN)
    driver.script[("drain_source", "do")] = [waiting("messages")] * 4
    assert driver.run()["outcome"] == "migrated"
    asked = [at for at, key in zip(driver.times, driver.log, strict=True) if key == ("drain_source", "do")]
    assert len(asked) == 5
    assert all(later - earlier >= PLAN.timing.poll.total_seconds() for earlier, later in pairwise(asked))


def test_waiting_is_no_failed_try() -> None:
    driver = Driver(PLAN)
    driver.script[("drain_source", "do")] = [failed(), waiting(), failed(), waiting()]
    assert driver.run()["outcome"] == "migrated"


def test_parts_run_side_by_side_until_none_is_left() -> None:
    driver = Driver(PLAN)
    parts = {"state": "parts", "parts": ["orders~0", "orders~1", "receipts~0"]}
    driver.script[("copy_state", "do")] = [parts, {"state": "parts", "parts": ["orders~1"]}]
    assert driver.run()["outcome"] == "migrated"
    asked = [at for at, key in zip(driver.times, driver.log, strict=True) if key[0] == "copy_part"]
    assert len(asked) == 4
    assert asked[0] == asked[1] == asked[2] < asked[3]
    assert driver.count("copy_state", "do") == 3


def test_a_part_that_fails_is_a_failed_try_of_its_step() -> None:
    driver = Driver(PLAN)
    driver.script[("copy_state", "do")] = [{"state": "parts", "parts": ["orders~0", "orders~1"]}] * 5
    driver.script[("copy_part", "orders~0")] = [failed("denied")] * 5
    assert "copy_state failed: broken" in driver.run()["why"]
    assert driver.count("copy_part", "orders~0") == PLAN.timing.attempts


@pytest.mark.parametrize("code", ["ledger-unreachable", "ledger-refused"])
def test_an_unreachable_ledger_is_waited_for_and_costs_no_try(code: str) -> None:
    driver = Driver(PLAN)
    driver.script[("quiesce_source", "do")] = [failed(code)] * (PLAN.timing.attempts + 7)
    assert driver.run()["outcome"] == "migrated"


@pytest.mark.parametrize("code", ["ledger-unreachable", "ledger-refused"])
def test_an_unreachable_ledger_is_waited_for_between_steps_too(code: str) -> None:
    driver = Driver(PLAN)
    for act, detail in (("begin_run", ""), ("open_gate", "cutover"), ("finish_run", "")):
        driver.script[(act, detail)] = [failed(code)] * 5
    assert driver.run()["outcome"] == "migrated"
    assert driver.count("finish_run", "") == 6


def test_a_long_history_is_folded_and_no_step_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "ROLL_OVER", 10)
    driver = Driver(PLAN)
    driver.script[("drain_source", "do")] = [waiting()] * 25
    assert driver.run()["outcome"] == "migrated"
    assert driver.executions > 3
    assert all(driver.count(name, "do") == 1 for name in LINES if name not in {*PLAN.approvals, "drain_source"})
    assert driver.count("drain_source", "do") == 26


def test_an_event_that_came_while_the_history_was_folded_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "ROLL_OVER", 10)
    driver = Driver(PLAN)
    driver.script[("drain_source", "do")] = [waiting()] * 25
    driver.during[("begin_run", "")] = [lambda: None]
    driver.at(8.0, lambda: driver.say("abort"))
    assert driver.run()["outcome"] == "failed-back"


def test_a_run_goes_on_from_the_ledger() -> None:
    lines = record(PLAN)
    known = Book(names={line["seq"]: line["name"] for line in lines if line["kind"] == "step"})
    known.done = {line["seq"] for line in lines[:16]}
    known.begun = [line["seq"] for line in lines[:16] if line["kind"] == "step"]
    known.window_opened = "2026-11-23T02:00:00+00:00"
    driver = Driver(PLAN, known)
    assert driver.run()["outcome"] == "migrated"
    assert driver.steps("do") == [line["name"] for line in lines[16:] if line["kind"] == "step"]
    assert ("open_gate", "open-window") not in driver.log


def test_a_run_that_had_turned_back_goes_on_going_back() -> None:
    lines = [line for line in record(PLAN) if line["kind"] == "step"][:9]
    known = Book(names={line["seq"]: line["name"] for line in lines}, failing_back="deploy_code failed")
    known.begun = [line["seq"] for line in lines]
    known.undone = known.begun[-1:]
    driver = Driver(PLAN, known)
    assert driver.run() == {"outcome": "failed-back", "why": "deploy_code failed"}
    assert driver.steps("do") == []
    assert driver.steps("undo") == [line["name"] for line in reversed(lines[:-1])]
