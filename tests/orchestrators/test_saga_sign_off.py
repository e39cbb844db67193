"""The gate `sign-off`: the first line of every runbook whose plan asks for it; before it nothing is touched."""

import pytest

from activities.registry import STEPS
from manual.recorder import record
from orchestrators.strategies import RUNBOOKS
from plan.load import plan_from_json
from plan.model import Plan, Strategy
from tests.orchestrators.driver import Driver
from tests.plan.plans import data, example, problems_of

ASKED = {"approvers": ["Petra Product"], "timeout": "10m", "on_timeout": "abort"}


def signed(strategy: Strategy = "planned-downtime") -> Plan:
    changed = data()
    changed["approvals"] = {"sign-off": ASKED, **changed["approvals"]}
    return plan_from_json(changed, "request").model_copy(update={"strategy": strategy})


@pytest.mark.parametrize("strategy", RUNBOOKS)
def test_a_sign_off_is_the_first_line_of_every_runbook_that_asks_for_it(strategy: Strategy) -> None:
    lines = record(signed(strategy))
    without = record(example().model_copy(update={"strategy": strategy}))
    assert (lines[0]["kind"], lines[0]["name"], lines[0]["person"]) == ("gate", "sign-off", "Petra Product")
    assert [line["name"] for line in lines[1:]] == [line["name"] for line in without]
    assert all(line["name"] != "sign-off" for line in without)


def test_its_approvers_are_checked_as_at_every_gate() -> None:
    changed = data()
    changed["approvals"]["sign-off"] = {"approvers": ["Nobody Known"], "quorum": 2}
    assert {"approvals.sign-off.approvers[0]", "approvals.sign-off.quorum"} <= set(problems_of(changed))


def test_nothing_is_done_before_the_sign_off() -> None:
    driver = Driver(signed(), approve=False)
    driver.at(100.0, lambda: driver.decide("sign-off", "rejected"))
    assert driver.run() == {"outcome": "failed-back", "why": "gate sign-off was rejected by Lena Lead: because"}
    assert not [name for name, _ in driver.log if name in STEPS]


def test_silence_means_what_the_plan_says() -> None:
    driver = Driver(signed(), approve=False)
    assert "nobody decided at gate sign-off" in driver.run()["why"]
    assert not [name for name, _ in driver.log if name in STEPS]


def test_a_run_that_is_signed_off_goes_on() -> None:
    driver = Driver(signed())
    assert driver.run()["outcome"] == "migrated"
    asked = [detail for name, detail in driver.log if name == "open_gate"]
    assert list(dict.fromkeys(asked)) == ["sign-off", "open-window", "cutover", "finalize"]
