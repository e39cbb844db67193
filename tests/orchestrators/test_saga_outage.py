"""A cloud that is silent: waited for, for the plan's time; then its silence counts."""

from itertools import pairwise

import pytest

from tests.orchestrators.driver import Driver, failed
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


def test_an_abort_ends_the_waiting_for_a_cloud() -> None:
    driver = Driver(PLAN)
    driver.script[("deploy_code", "do")] = [failed("unreachable")] * 1000
    driver.at(5.0, lambda: driver.say("abort"))
    assert driver.run()["outcome"] == "failed-back"
    assert driver.clock < OUTAGE
