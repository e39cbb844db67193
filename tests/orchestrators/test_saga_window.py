"""The window: a warning at 80 %, the plan's answer at 100 %, over when clients are served again."""

import pytest

from orchestrators import calls
from tests.orchestrators.driver import Driver, waiting
from tests.plan.plans import example

PLAN = example()
POLL = PLAN.timing.poll.total_seconds()


def windowed(seconds: float, on_overrun: str, waits: int) -> Driver:
    """A run that drains for that many polls within a window of that length."""
    driver = Driver(PLAN)
    driver.options |= {"window": seconds, "on_overrun": on_overrun}
    driver.script[("drain_source", "do")] = [waiting()] * waits
    return driver


def test_a_window_that_is_kept_warns_nobody() -> None:
    driver = windowed(600.0, "fail-back", waits=3)
    driver.script[("bake", "do")] = [waiting()] * 1000  # the window is over by then
    assert driver.run()["outcome"] == "migrated"
    assert driver.book.noted == []


def test_a_warning_at_eighty_percent() -> None:
    driver = windowed(100.0, "fail-back", waits=int(85 / POLL))
    assert driver.run()["outcome"] == "migrated"
    assert driver.book.noted == [80]
    opened = driver.times[driver.log.index(("open_gate", "open-window"))]
    assert driver.count("note_window", "") == 2
    warned = [at for at, key in zip(driver.times, driver.log, strict=True) if key == ("note_window", "")][-1]
    assert warned - opened == pytest.approx(80, abs=2)


def test_an_overrun_fails_back() -> None:
    driver = windowed(100.0, "fail-back", waits=1000)
    ended = driver.run()
    assert ended == {"outcome": "failed-back", "why": "the window is used up"}
    assert driver.clock < 120
    assert driver.left_waiting() == []


def test_an_overrun_goes_on() -> None:
    driver = windowed(100.0, "continue", waits=50)
    assert driver.run()["outcome"] == "migrated"
    assert driver.book.noted == [80, 100]


def test_an_overrun_holds_before_the_next_step() -> None:
    driver = windowed(100.0, "hold", waits=30)
    driver.at(1000.0, lambda: driver.say("resume"))
    assert driver.run()["outcome"] == "migrated"
    times = dict(zip(driver.log, driver.times, strict=True))
    assert times[("drain_source", "do")] < 200
    assert times[("stop_consumers", "do")] >= 1000


def test_an_overrun_that_was_waved_through_holds_once_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "ROLL_OVER", 10)
    driver = windowed(100.0, "hold", waits=30)
    driver.script[("copy_state", "do")] = [waiting()] * 30
    driver.at(1000.0, lambda: driver.say("resume"))
    assert driver.run()["outcome"] == "migrated"
    assert driver.book.noted == [80, 100]


def test_the_window_counts_on_after_the_orchestration_was_lost() -> None:
    driver = windowed(100.0, "fail-back", waits=1000)
    driver.book.window_opened = "2026-11-23T01:58:45+00:00"  # 75 s before the driver's clock begins
    driver.book.done = set(range(1, 13))
    driver.book.begun = []
    assert driver.run()["why"] == "the window is used up"
    assert driver.clock < 40


def test_a_pause_does_not_stop_the_window() -> None:
    driver = windowed(100.0, "fail-back", waits=0)
    driver.during[("drain_source", "do")] = [lambda: driver.say("pause")]
    assert driver.run()["why"] == "the window is used up"


def test_words_that_pile_up_while_the_warning_is_written_down_are_all_heard() -> None:
    driver = windowed(250.0, "continue", waits=0)
    driver.takes = 60.0
    driver.during[("note_window", "")] = []
    driver.during[("drain_source", "do")] = [
        lambda: driver.during.__setitem__(("note_window", ""), [lambda: driver.say("resume"), lambda: driver.say("abort")])
    ]
    ended = driver.run()
    assert ended["outcome"] == "failed-back"
    begun = [at for at, (_, phase) in zip(driver.times, driver.log, strict=True) if phase == "do"]
    assert driver.aborted_at is not None
    assert max(begun) < driver.aborted_at
