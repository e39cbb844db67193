"""A cloud that is silent: waited for, for the plan's time; then its silence counts."""

from itertools import pairwise

import pytest

from tests.orchestrators.driver import Driver, failed, waiting
from tests.plan.plans import example

PLAN = example()
OUTAGE = PLAN.timing.outage.total_seconds()


@pytest.mark.parametrize("code", ["unreachable", "throttled"])
def test_a_short_outage_costs_no_try(code: str) -> None:
    driver = Driver(PLAN)
    driver.script[("switch_traffic", "do")] = [failed(code)] * (PLAN.timing.attempts + 3)
    assert driver.run()["outcome"] == "migrated"
    asked = [at for at, key in zip(driver.times, driver.log, strict=True) if key == ("switch_traffic", "do")]
    waits = [later - earlier for earlier, later in pairwise(asked)]
    assert waits == sorted(waits), "asked less and less often"


@pytest.mark.parametrize(("step", "direction"), [("deploy_code", "do"), ("deploy_code", "undo")])
def test_an_outage_that_does_not_end_uses_up_the_tries(step: str, direction: str) -> None:
    driver = Driver(PLAN)
    driver.script[(step, direction)] = [failed("unreachable", "AWS does not answer")] * 1000
    if direction == "undo":
        driver.script[("bake", "do")] = [failed()] * PLAN.timing.attempts
    assert driver.run()["outcome"] == ("failed-back" if direction == "do" else "needs-operator")
    asked = [at for at, key in zip(driver.times, driver.log, strict=True) if key == (step, direction)]
    assert OUTAGE <= asked[-1] - asked[0] < 4 * OUTAGE
    assert len(asked) < 40


def test_every_outage_has_the_whole_time() -> None:
    driver = Driver(PLAN)
    outages = [failed("unreachable")] * 6
    driver.script[("deploy_code", "do")] = [*outages, failed(), *outages, failed(), *outages]
    assert driver.run()["outcome"] == "migrated"


def turned_back_into_silence() -> Driver:
    """Clients are on Azure, a step fails for good, and AWS does not answer."""
    driver = Driver(PLAN)
    driver.script[("bake", "do")] = [failed()] * PLAN.timing.attempts
    driver.book.blocked = "AWS does not answer"
    return driver


def test_turning_back_waits_for_a_silent_aws_and_then_goes_back() -> None:
    driver = turned_back_into_silence()
    driver.during[("begin_failback", "bake failed: broken")] = [
        lambda: driver.at(OUTAGE / 2, lambda: setattr(driver.book, "blocked", "")),
        lambda: driver.at(OUTAGE / 4, lambda: shown.append(driver.status["waiting_for"])),
    ]
    shown: list[str] = []
    assert driver.run()["outcome"] == "failed-back"
    assert shown == ["AWS does not answer"]
    assert len(driver.book.waited) > 3
    assert len({asked["silent_since"] for asked in driver.book.waited}) == 1, "one silence has one beginning"
    assert driver.steps("undo")


def test_turning_back_waits_no_longer_than_the_plan_says_and_changes_nothing_then() -> None:
    driver = turned_back_into_silence()
    assert driver.run() == {"outcome": "needs-operator", "why": "AWS does not answer"}
    asked = [at for at, key in zip(driver.times, driver.log, strict=True) if key[0] == "begin_failback"]
    assert OUTAGE <= asked[-1] - asked[0] < OUTAGE + 2 * driver.takes + 1
    assert driver.steps("undo") == []
    assert driver.left_waiting() == []


def test_a_retry_after_a_silence_goes_on_where_it_ended() -> None:
    driver = turned_back_into_silence()
    driver.say("abort")
    assert driver.run()["outcome"] == "needs-operator"
    driver.book.blocked = ""
    assert driver.run()["outcome"] == "failed-back"


def test_the_last_look_at_the_source_waits_for_a_silent_aws() -> None:
    driver = Driver(PLAN)
    driver.script[("bake", "do")] = [failed()] * PLAN.timing.attempts
    driver.script[("end_failback", "bake failed: broken")] = [waiting("AWS")] * 4
    assert driver.run()["outcome"] == "failed-back"
    assert driver.count("end_failback", "bake failed: broken") == 5


def test_an_abort_ends_the_waiting_for_a_cloud() -> None:
    driver = Driver(PLAN)
    driver.script[("deploy_code", "do")] = [failed("unreachable")] * 1000
    driver.at(5.0, lambda: driver.say("abort"))
    assert driver.run()["outcome"] == "failed-back"
    assert driver.clock < OUTAGE
