"""Gates: approved, rejected, forgotten, held; and what is said while one waits."""

from itertools import pairwise

import pytest

from manual.recorder import record
from orchestrators.calls import ROLL_OVER
from orchestrators.listener import Lines
from orchestrators.saga import Saga
from tests.orchestrators.driver import Driver, failed
from tests.plan.plans import example

PLAN = example()
LINES = [line["name"] for line in record(PLAN)]
GATES = ["open-window", "cutover", "finalize"]
OPENED = ("open_gate", "cutover")


def begun_before(gate: str) -> list[str]:
    return [name for name in LINES[: LINES.index(gate)] if name not in GATES]


def patient(driver: Driver, gate: str, timeout: float = 600.0, on_timeout: str = "hold") -> None:
    driver.options["gates"][gate] = {"timeout": timeout, "on_timeout": on_timeout}


def silent_at(gate: str) -> Driver:
    """A run whose other gates are approved at once."""
    driver = Driver(PLAN, approve=False)
    for other in GATES:
        if other != gate:
            driver.decide(other)
    return driver


@pytest.mark.parametrize("gate", GATES)
def test_a_rejection_turns_the_run_back(gate: str) -> None:
    driver = silent_at(gate)
    driver.during[("open_gate", gate)] = [lambda: driver.at(5.0, lambda: driver.decide(gate, "rejected"))]
    ended = driver.run()
    assert ended == {"outcome": "failed-back", "why": f"gate {gate} was rejected by Lena Lead: because"}
    assert driver.steps("do") == begun_before(gate)
    assert driver.steps("undo") == list(reversed(begun_before(gate)))
    assert driver.left_waiting() == []


@pytest.mark.parametrize("on_timeout", ["fail-back", "abort"])
def test_a_gate_that_nobody_decides_turns_the_run_back(on_timeout: str) -> None:
    driver = silent_at("cutover")
    patient(driver, "cutover", 600.0, on_timeout)
    ended = driver.run()
    assert ended["outcome"] == "failed-back"
    assert "nobody decided at gate cutover" in ended["why"]
    assert ("aborted" in ended["why"]) == (on_timeout == "abort")
    assert driver.clock >= 600
    assert driver.left_waiting() == []


def test_a_gate_that_nobody_decides_holds_and_asks_again() -> None:
    driver = silent_at("finalize")
    patient(driver, "finalize", 600.0, "hold")
    driver.at(3000.0, lambda: driver.decide("finalize"))
    assert driver.run()["outcome"] == "migrated"
    assert driver.count("note_gate_timeout", "finalize") == 4


def test_a_decision_while_the_gate_is_being_opened_is_heard() -> None:
    driver = silent_at("cutover")
    driver.during[("open_gate", "cutover")] = [lambda: driver.decide("cutover")]
    assert driver.run()["outcome"] == "migrated"
    assert driver.clock < 300


def test_an_event_without_a_decision_opens_nothing() -> None:
    driver = silent_at("cutover")
    driver.during[("open_gate", "cutover")] = [lambda: driver.hear("cutover", {"by": "anybody"})]
    patient(driver, "cutover", 600.0, "fail-back")
    assert "nobody decided" in driver.run()["why"]


def test_an_abort_ends_the_wait_at_a_gate() -> None:
    driver = silent_at("cutover")
    driver.at(100.0, lambda: driver.say("abort"))
    assert driver.run()["outcome"] == "failed-back"
    assert driver.clock < 150
    assert driver.left_waiting() == []


@pytest.mark.parametrize("gate", GATES)
def test_an_abort_while_a_gate_is_being_opened_is_heeded_at_once(gate: str) -> None:
    driver = silent_at(gate)
    driver.during[("open_gate", gate)] = [lambda: driver.say("abort")]
    assert driver.run()["outcome"] == "failed-back"
    assert driver.clock < 60


def test_an_abort_wins_over_an_approval() -> None:
    driver = silent_at("finalize")
    driver.book.decisions["finalize"] = {"state": "approved", "by": "Petra Product", "reason": ""}
    driver.during[("open_gate", "finalize")] = [lambda: driver.say("abort")]
    assert driver.run()["outcome"] == "failed-back"


def test_an_abort_that_the_gate_finds_in_the_ledger_turns_the_run_back() -> None:
    driver = silent_at("finalize")
    driver.script[("open_gate", "finalize")] = [{"state": "aborted", "why": "aborted by Lena Lead: complaints"}]
    assert driver.run() == {"outcome": "failed-back", "why": "aborted by Lena Lead: complaints"}


def test_a_pause_at_a_gate_holds_the_approval_back_until_resume() -> None:
    driver = silent_at("cutover")
    driver.at(100.0, lambda: driver.say("pause"))
    driver.at(200.0, lambda: driver.decide("cutover"))
    driver.at(1000.0, lambda: driver.say("resume"))
    assert driver.run()["outcome"] == "migrated"
    times = dict(zip(driver.log, driver.times, strict=True))
    assert times[("switch_traffic", "do")] > 1000


def test_a_held_gate_looks_at_the_source_now_and_then() -> None:
    driver = silent_at("cutover")
    driver.book.decisions["cutover"] = {"state": "approved", "by": "Petra Product", "reason": ""}
    driver.during[("stop_consumers", "do")] = [lambda: setattr(driver.book, "held", "the source drifted")]
    driver.at(100.0, lambda: setattr(driver.book, "held", ""))
    assert driver.run()["outcome"] == "migrated"
    assert driver.count("open_gate", "cutover") in {2, 3}
    asked = driver.times[driver.log.index(("switch_traffic", "do"))]
    assert 100 < asked < 100 + 2 * PLAN.timing.look.total_seconds()


def test_a_decision_at_a_held_gate_is_a_reason_to_look_at_once() -> None:
    driver = silent_at("cutover")
    driver.options["look"] = 3600.0
    driver.during[("stop_consumers", "do")] = [lambda: setattr(driver.book, "held", "the source drifted")]
    driver.at(100.0, lambda: setattr(driver.book, "held", ""))
    driver.at(200.0, lambda: driver.decide("cutover"))
    assert driver.run()["outcome"] == "migrated"
    assert 200 < driver.times[driver.log.index(("switch_traffic", "do"))] < 300


def test_the_source_is_looked_at_when_the_gate_opens_while_it_waits_and_when_it_is_approved() -> None:
    driver = silent_at("cutover")
    driver.at(250.0, lambda: driver.decide("cutover"))
    assert driver.run()["outcome"] == "migrated"
    looks = [moment for (act, gate), moment in zip(driver.log, driver.times, strict=True) if (act, gate) == OPENED]
    assert all(abs(later - earlier - 60.0) < 5.0 for earlier, later in pairwise(looks[:-1]))
    assert (len(looks) > 3, looks[-1] - 250.0 < 5.0) == (True, True)


def test_an_abort_ends_a_held_gate() -> None:
    driver = silent_at("cutover")
    driver.during[("stop_consumers", "do")] = [lambda: setattr(driver.book, "held", "the source drifted")]
    driver.at(100.0, lambda: driver.say("abort"))
    assert driver.run()["outcome"] == "failed-back"


def holding(saga: Saga) -> Lines:
    yield from saga.gate("cutover", meanwhile="flow_deltas")


def test_a_gate_that_holds_for_a_week_lets_deltas_flow_and_grows_no_history() -> None:
    driver = Driver(PLAN, approve=False)
    patient(driver, "cutover", 8 * 86400.0, "abort")
    driver.options |= {"sync": 60.0, "look": 3600.0}
    driver.at(7 * 86400.0, lambda: driver.decide("cutover"))
    assert driver.run(holding)["outcome"] == "migrated"
    looks = driver.count("flow_deltas", "")
    assert driver.count(*OPENED) < looks / 40
    assert 7 * 1440 * 0.98 < looks <= 7 * 1440
    assert driver.executions > looks / ROLL_OVER  # each execution begins with an empty history
    assert driver.left_waiting() == []


def test_a_gate_costs_a_look_a_day_at_least() -> None:
    driver = silent_at("finalize")
    driver.options["look"] = 30 * 86400.0
    patient(driver, "finalize", 8 * 86400.0, "abort")
    driver.at(7 * 86400.0, lambda: driver.decide("finalize"))
    assert driver.run()["outcome"] == "migrated"
    assert driver.count("open_gate", "finalize") <= 10


def test_the_time_that_people_have_goes_on_while_deltas_flow() -> None:
    driver = Driver(PLAN, approve=False)
    patient(driver, "cutover", 600.0, "abort")
    driver.options["sync"] = 60.0
    assert "nobody decided" in driver.run(holding)["why"]
    assert 600 <= driver.clock < 630


def test_deltas_that_are_lost_turn_the_run_back_and_those_out_of_reach_do_not() -> None:
    driver = Driver(PLAN, approve=False)
    patient(driver, "cutover", 86400.0, "abort")
    driver.script[("flow_deltas", "")] = [failed("unreachable"), failed("throttled"), failed("invalid", "records are gone")]
    assert driver.run(holding)["why"] == "flow_deltas failed: records are gone"
    assert driver.count("flow_deltas", "") == 3
