"""Bakes and judgements in the saga: a word ends a wait at once, an abort wins over it, a clear verdict is not tried again."""

from activities.faults import FINAL
from activities.registry import STEPS
from activities.step import Step
from orchestrators.bakes import BAKES
from tests.orchestrators.driver import Driver, failed, waiting
from tests.plan.plans import example

PLAN = example()
POLL = PLAN.timing.poll.total_seconds()


def test_a_promotion_wakes_a_bake_up_at_once() -> None:
    slow = Driver(PLAN)
    slow.options["poll"] = 3600.0
    slow.script[("bake", "do")] = [waiting()]
    slow.during[("bake", "do")] = [lambda: slow.at(5.0, lambda: slow.hear("control", {"action": "promote", "by": "Lena Lead"}))]
    assert slow.run()["outcome"] == "migrated"
    first, second = (time for time, entry in zip(slow.times, slow.log, strict=True) if entry == ("bake", "do"))
    assert second - first < 10.0


def test_an_abort_wins_over_a_promotion() -> None:
    driver = Driver(PLAN)
    driver.script[("bake", "do")] = [waiting()] * 10

    def both() -> None:
        driver.hear("control", {"action": "promote", "by": "Petra Product"})
        driver.say("abort")
        driver.hear("control", {"action": "promote", "by": "Petra Product"})

    driver.during[("bake", "do")] = [both]
    ended = driver.run()
    assert ended["outcome"] == "failed-back"
    assert "aborted by Lena Lead" in ended["why"]


def test_a_promotion_where_nothing_bakes_changes_nothing() -> None:
    driver = Driver(PLAN)
    driver.during[("drain_source", "do")] = [lambda: driver.hear("control", {"action": "promote", "by": "Lena Lead"})]
    driver.script[("drain_source", "do")] = [waiting()] * 3
    assert driver.run()["outcome"] == "migrated"
    assert driver.count("drain_source", "do") == 4


def test_what_no_other_try_mends_is_tried_once() -> None:
    for code in FINAL:
        driver = Driver(PLAN)
        driver.script[("bake", "do")] = [failed(code)] * 5
        assert driver.run()["outcome"] == "failed-back"
        assert driver.count("bake", "do") == 1


def test_only_what_watches_is_promotable() -> None:
    assert {"bake", "judge_traffic", "watch_shadow"} <= BAKES
    assert [name for name in BAKES if STEPS[name].undo is not Step.undo] == []
