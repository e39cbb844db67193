"""People speak while the run goes on: pause, resume, abort, in every kind of wait."""

import pytest

from manual.recorder import record
from tests.orchestrators.driver import Driver, failed, waiting
from tests.plan.plans import example

PLAN = example()
LINES = [line["name"] for line in record(PLAN) if line["kind"] == "step"]
POLL = PLAN.timing.poll.total_seconds()


def back_from(driver: Driver, last: str) -> None:
    """The run ended back in AWS, and nothing was begun after that step."""
    begun = LINES[: LINES.index(last) + 1]
    ended = driver.run()
    assert ended["outcome"] == "failed-back"
    assert "aborted by Lena Lead" in ended["why"]
    assert driver.steps("do") == begun
    assert driver.steps("undo") == list(reversed(begun))
    assert driver.left_waiting() == []


def test_an_abort_ends_a_wait_at_once() -> None:
    driver = Driver(PLAN)
    driver.script[("snapshot_source", "do")] = [waiting()] * 100
    driver.at(20.2, lambda: driver.say("abort"))
    back_from(driver, "snapshot_source")
    undone = driver.times[driver.log.index(("snapshot_source", "undo"))]
    assert undone < 21


def test_an_abort_during_an_activity_is_heeded_when_it_returns() -> None:
    driver = Driver(PLAN, takes=60.0)
    driver.during[("deploy_code", "do")] = [lambda: driver.say("abort")]
    back_from(driver, "deploy_code")
    times = dict(zip(driver.log, driver.times, strict=True))
    assert times[("begin_failback", "aborted by Lena Lead: test")] == times[("deploy_code", "do")] + 60.0


def test_an_abort_during_an_activity_that_then_waits_is_heeded_before_the_wait() -> None:
    driver = Driver(PLAN)
    driver.during[("drain_source", "do")] = [lambda: driver.say("abort")]
    driver.script[("drain_source", "do")] = [waiting()] * 3
    back_from(driver, "drain_source")
    assert driver.count("drain_source", "do") == 1
    times = dict(zip(driver.log, driver.times, strict=True))
    assert times[("begin_failback", "aborted by Lena Lead: test")] < times[("drain_source", "do")] + POLL


def test_an_abort_between_two_tries_is_heeded_at_once() -> None:
    driver = Driver(PLAN)
    driver.during[("copy_secrets", "do")] = [lambda: driver.say("abort")]
    driver.script[("copy_secrets", "do")] = [failed()] * 2
    back_from(driver, "copy_secrets")
    assert driver.count("copy_secrets", "do") == 1


def test_an_abort_while_parts_run_is_heeded_when_they_stop() -> None:
    driver = Driver(PLAN)
    driver.script[("copy_state", "do")] = [{"state": "parts", "parts": ["orders~0", "orders~1"]}]
    driver.script[("copy_part", "orders~0")] = [{"state": "stopped"}]
    driver.during[("copy_part", "orders~1")] = [lambda: driver.say("abort")]
    back_from(driver, "copy_state")


def test_an_abort_while_paused_is_heeded_at_once() -> None:
    driver = Driver(PLAN)
    driver.during[("deploy_code", "do")] = [lambda: driver.say("pause")]
    driver.at(500.0, lambda: driver.say("abort"))
    back_from(driver, "deploy_code")


@pytest.mark.parametrize("second", ["pause", "resume"])
def test_an_abort_wins_over_what_is_said_before_and_after(second: str) -> None:
    driver = Driver(PLAN)
    driver.during[("deploy_code", "do")] = [lambda: driver.say(second), lambda: driver.say("abort"), lambda: driver.say(second)]
    back_from(driver, "deploy_code")


def test_an_abort_while_the_pause_is_written_down_is_heeded() -> None:
    driver = Driver(PLAN)
    driver.during[("deploy_code", "do")] = [lambda: driver.say("pause")]
    driver.during[("note_pause", "paused by Lena Lead")] = [lambda: driver.say("abort")]
    back_from(driver, "deploy_code")


def test_a_resume_while_the_pause_is_written_down_is_heeded() -> None:
    driver = Driver(PLAN)
    driver.during[("deploy_code", "do")] = [lambda: driver.say("pause")]
    driver.during[("note_pause", "paused by Lena Lead")] = [lambda: driver.say("resume")]
    assert driver.run()["outcome"] == "migrated"
    assert driver.book.pauses == ["paused by Lena Lead", ""]


def test_a_pause_rests_before_the_next_step_and_resume_goes_on() -> None:
    driver = Driver(PLAN)
    driver.during[("deploy_code", "do")] = [lambda: driver.say("pause")]
    driver.script[("deploy_code", "do")] = [waiting()] * 3
    driver.at(1000.0, lambda: driver.say("resume"))
    assert driver.run()["outcome"] == "migrated"
    assert driver.count("deploy_code", "do") == 4
    times = dict(zip(driver.log, driver.times, strict=True))
    assert times[("deploy_code", "do")] < 1000 <= times[("prepare_service_specifics", "do")]
    assert driver.book.pauses == ["paused by Lena Lead", ""]


def test_a_pause_does_not_make_a_wait_shorter_for_ever() -> None:
    driver = Driver(PLAN)
    driver.during[("deploy_code", "do")] = [lambda: driver.say("pause")]
    driver.script[("deploy_code", "do")] = [waiting()] * 20
    driver.at(1000.0, lambda: driver.say("resume"))
    assert driver.run()["outcome"] == "migrated"
    asked = [at for at, key in zip(driver.times, driver.log, strict=True) if key == ("deploy_code", "do")]
    assert asked[-1] - asked[0] >= 18 * POLL


def test_two_words_at_once_are_both_heard() -> None:
    driver = Driver(PLAN)
    driver.during[("deploy_code", "do")] = [lambda: driver.say("pause"), lambda: driver.say("resume")]
    assert driver.run()["outcome"] == "migrated"


def test_what_was_asked_before_the_orchestration_lived_is_heeded() -> None:
    driver = Driver(PLAN)
    driver.book.asked = {"action": "abort", "by": "Lena Lead", "reason": ""}
    assert driver.run()["why"] == "aborted by Lena Lead"
    assert driver.steps("do") == []


def test_nonsense_is_not_heeded() -> None:
    driver = Driver(PLAN)
    for nonsense in ("abort", {}, {"action": "dance"}, None):
        driver.hear("control", nonsense)
    assert driver.run()["outcome"] == "migrated"


def test_the_first_abort_is_the_one_that_is_remembered() -> None:
    driver = Driver(PLAN)
    second = {"action": "abort", "by": "Petra Product", "reason": "me too"}
    driver.during[("deploy_code", "do")] = [lambda: driver.say("abort"), lambda: driver.hear("control", second)]
    back_from(driver, "deploy_code")
