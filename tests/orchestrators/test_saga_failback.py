"""The way back: what was begun is undone, last first; past the point of no return nothing is."""

import pytest

from activities.registry import STEPS
from manual.recorder import record
from orchestrators import calls
from tests.orchestrators.driver import Driver, failed, waiting
from tests.plan.plans import example

PLAN = example()
LINES = [line["name"] for line in record(PLAN) if line["kind"] == "step"]
BEFORE_FINAL = LINES[: LINES.index("retire_source")]


@pytest.mark.parametrize("broken", BEFORE_FINAL)
def test_a_step_that_keeps_failing_turns_the_run_back(broken: str) -> None:
    driver = Driver(PLAN)
    driver.script[(broken, "do")] = [failed(message="no luck")] * PLAN.timing.attempts
    ended = driver.run()
    assert ended == {"outcome": "failed-back", "why": f"{broken} failed: no luck"}
    assert driver.count(broken, "do") == PLAN.timing.attempts
    begun = LINES[: LINES.index(broken) + 1]
    assert driver.steps("do") == begun
    assert driver.steps("undo") == list(reversed(begun))
    assert driver.left_waiting() == []


def test_an_undo_is_tried_again() -> None:
    driver = Driver(PLAN)
    driver.script[("bake", "do")] = [failed()] * PLAN.timing.attempts
    driver.script[("switch_traffic", "undo")] = [failed("throttled"), waiting(), failed("ledger-unreachable")]
    assert driver.run()["outcome"] == "failed-back"
    assert driver.count("switch_traffic", "undo") == 4


def test_one_undo_that_fails_does_not_stop_the_others() -> None:
    driver = Driver(PLAN)
    driver.script[("bake", "do")] = [failed()] * PLAN.timing.attempts
    driver.script[("enable_target", "undo")] = [failed()] * 2 * PLAN.timing.attempts
    ended = driver.run()
    assert ended["outcome"] == "needs-operator"
    assert driver.count("enable_target", "undo") == 2 * PLAN.timing.attempts
    assert driver.steps("undo") == [*reversed(LINES[: LINES.index("bake") + 1]), "enable_target"]


def test_an_undo_that_failed_is_tried_again_when_everything_else_is_undone() -> None:
    driver = Driver(PLAN)
    driver.script[("bake", "do")] = [failed()] * PLAN.timing.attempts
    driver.script[("validate_target", "undo")] = [failed()] * PLAN.timing.attempts
    assert driver.run()["outcome"] == "failed-back"
    assert driver.steps("undo") == [*reversed(LINES[: LINES.index("bake") + 1]), "validate_target"]


@pytest.mark.parametrize("code", ["timeout", "throttled", "unreachable"])
def test_an_undo_that_was_patient_already_is_left_to_people_at_once(code: str) -> None:
    driver = Driver(PLAN)
    driver.script[("bake", "do")] = [failed()] * PLAN.timing.attempts
    driver.script[("deploy_code", "undo")] = [failed(code)] * (1 if code == "timeout" else 10_000)
    assert driver.run()["outcome"] == "needs-operator"
    assert driver.steps("undo")[-1] == LINES[0]


def test_the_parts_of_the_way_back_run_side_by_side() -> None:
    driver = Driver(PLAN)
    driver.script[("bake", "do")] = [failed()] * PLAN.timing.attempts
    driver.script[("verify_state", "undo")] = [{"state": "parts", "parts": ["orders~0", "orders~1"]}]
    assert driver.run()["outcome"] == "failed-back"
    asked = [at for at, key in zip(driver.times, driver.log, strict=True) if key[0] == "copy_part"]
    assert len(asked) == 2
    assert asked[0] == asked[1]


def test_the_way_back_is_not_left_by_anybody() -> None:
    driver = Driver(PLAN)
    driver.during[("deploy_code", "do")] = [lambda: driver.say("abort")]
    driver.during[("deploy_code", "undo")] = [lambda: driver.say("pause"), lambda: driver.say("resume")]
    driver.during[("copy_secrets", "undo")] = [lambda: driver.say("abort")]
    driver.script[("copy_secrets", "undo")] = [waiting()] * 3
    assert driver.run()["outcome"] == "failed-back"
    assert driver.steps("undo")[-1] == LINES[0]


def test_a_long_way_back_is_folded_and_no_undo_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "ROLL_OVER", 12)
    driver = Driver(PLAN)
    driver.script[("bake", "do")] = [failed()] * PLAN.timing.attempts
    driver.script[("verify_state", "undo")] = [waiting()] * 40
    assert driver.run()["outcome"] == "failed-back"
    assert all(driver.count(name, "undo") == 1 for name in BEFORE_FINAL if name != "verify_state")


def test_with_azure_the_only_healthy_side_nothing_is_undone() -> None:
    driver = Driver(PLAN)
    driver.book.blocked = "AWS does not answer"
    driver.script[("bake", "do")] = [failed()] * PLAN.timing.attempts
    assert driver.run() == {"outcome": "needs-operator", "why": "AWS does not answer"}
    assert driver.steps("undo") == []


@pytest.mark.parametrize("broken", ["retire_source", "evaluate"])
def test_past_the_point_of_no_return_a_failure_halts(broken: str) -> None:
    driver = Driver(PLAN)
    driver.script[(broken, "do")] = [failed()] * PLAN.timing.attempts
    assert driver.run() == {"outcome": "needs-operator", "why": f"{broken} failed: broken"}
    assert driver.steps("undo") == []
    assert driver.left_waiting() == []


def test_while_clients_cannot_be_taken_back_nothing_else_is_undone() -> None:
    driver = Driver(PLAN)
    driver.script[("bake", "do")] = [failed()] * PLAN.timing.attempts
    driver.script[("switch_traffic", "undo")] = [failed("denied", "the zone is not ours")] * PLAN.timing.attempts
    ended = driver.run()
    assert ended["outcome"] == "needs-operator"
    assert ended["why"].startswith("switch_traffic: the zone is not ours. Clients may be on the other side")
    assert driver.steps("undo")[-1] == "switch_traffic"
    assert driver.count("enable_target", "undo") == 0


@pytest.mark.parametrize("code", ["timeout", "not-followed"])
def test_clients_that_are_slow_to_follow_do_not_stop_the_way_back(code: str) -> None:
    driver = Driver(PLAN)
    driver.script[("bake", "do")] = [failed()] * PLAN.timing.attempts
    driver.script[("switch_traffic", "undo")] = [failed(code)] * 2 * PLAN.timing.attempts
    assert driver.run()["outcome"] == "needs-operator"
    assert driver.count("confirm_prerequisites", "undo") == 1


def test_past_the_point_of_no_return_an_abort_is_not_heeded() -> None:
    driver = Driver(PLAN)
    driver.during[("retire_source", "do")] = [lambda: driver.say("abort")]
    driver.script[("retire_source", "do")] = [waiting(), failed(), waiting()]
    assert driver.run()["outcome"] == "migrated"
    assert all(driver.count(name, "undo") == 0 for name in STEPS)


def test_a_step_that_was_patient_is_not_tried_again() -> None:
    driver = Driver(PLAN)
    driver.script[("verify_traffic", "do")] = [waiting(), failed("timeout", "still waiting for the front door")]
    driver.script[("switch_traffic", "undo")] = [failed("timeout", "still waiting for resolvers")]
    assert driver.run()["outcome"] == "needs-operator"
    assert driver.count("verify_traffic", "do") == 2
    assert driver.count("switch_traffic", "undo") == 1


@pytest.mark.parametrize("where", [("copy_state", "do"), ("open_gate", "cutover"), ("begin_run", ""), ("finish_run", "")])
def test_an_orchestration_whose_run_was_taken_over_stops_at_once(where: tuple[str, str]) -> None:
    driver = Driver(PLAN)
    driver.script[where] = [failed("taken-over", "Run orders-1 is carried by somebody else now.")]
    ended = driver.run()
    assert ended == {"outcome": "taken-over", "why": "Run orders-1 is carried by somebody else now."}
    assert driver.log[-1] == where, "nothing is asked after that"
    assert driver.steps("undo") == []
    assert driver.left_waiting() == []


def test_a_way_back_that_was_taken_over_stops_at_once() -> None:
    driver = Driver(PLAN)
    driver.script[("bake", "do")] = [failed()] * PLAN.timing.attempts
    driver.script[("switch_traffic", "undo")] = [failed("taken-over")]
    assert driver.run()["outcome"] == "taken-over"
    assert driver.steps("undo")[-1] == "switch_traffic"
    assert driver.log[-1] == ("switch_traffic", "undo")


@pytest.mark.parametrize(
    ("where", "final"),
    [
        (("begin_failback", "bake failed: broken"), False), (("end_failback", "bake failed: broken"), False),
        (("begin_run", ""), False), (("finish_run", ""), True),
    ],
)  # fmt: skip
def test_an_act_that_fails_where_nothing_is_left_to_turn_to_calls_a_person(where: tuple[str, str], final: bool) -> None:
    driver = Driver(PLAN)
    driver.script[where] = [failed("denied", "the role is gone")]
    if not final:
        driver.script[("bake", "do")] = [failed()] * PLAN.timing.attempts
    why = f"{where[0]} failed: the role is gone"
    assert driver.run() == {"outcome": "needs-operator", "why": why}
    assert driver.log[-1] == ("halt", why)
    assert driver.left_waiting() == []
