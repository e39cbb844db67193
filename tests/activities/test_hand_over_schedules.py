"""The hand-over of schedules, minute by minute: every firing has exactly one owner, also on the way back and after a crash."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.step import Done, Verdict, Waiting
from activities.steps import hand_over_schedules
from activities.steps.hand_over_schedules import HandOverSchedules
from adapters.errors import AdapterError
from adapters.ladder import Place
from plan.cron import aws_firings, ncrontab_between
from plan.model import Plan
from tests.activities.small_ladder import SmallLadder
from tests.activities.small_world import NOON, work
from tests.plan.plans import data, problems_of

Json = dict[str, Any]
EVERY_MINUTE = ("cron(* * * * ? *)", "0 * * * * *")
EVERY_TWO = ("cron(0/2 * * * ? *)", "0 */2 * * * *")
EVERY_FIVE = ("cron(0/5 * * * ? *)", "0 */5 * * * *")
NIGHTLY = ("cron(0 2 * * ? *)", "0 0 2 * * *")


def plan(ncrontab: str, margin: str, poll: str = "1s") -> Plan:
    document = data() | {"strategy": "zero-downtime"}
    document["state"]["ladder"] = {"endpoint": "https://ordersdata.table.core.windows.net", "firing_margin": margin}
    document["mapping"][2]["ncrontab"] = ncrontab
    document["timing"]["poll"] = poll
    return Plan.model_validate(document)


class Rules:
    """One rule, and when it was switched."""

    def __init__(self, expression: str, on: bool = True) -> None:
        self.expression, self.on, self.log = expression, on, list[tuple[str, bool]]()

    def snapshot(self, rule: str) -> Json:
        return {"name": rule, "expression": self.expression, "enabled": self.on}

    def enabled(self, _rule: str) -> bool:
        return self.on

    def set_enabled(self, rule: str, enabled: bool) -> None:
        if self.on != enabled:
            self.log.append((rule, enabled))
        self.on = enabled


class Night:
    """A clock that goes second by second; each second it is noted who runs what is scheduled for it."""

    def __init__(self, pair: tuple[str, str], margin: str = "10s", slow: int = 0, late: float = 0.0, poll: int = 1) -> None:
        self.plan, self.ncrontab, self.poll = plan(pair[1], margin), pair[1], poll
        self.ladder, self.rules = SmallLadder(Place(), slow=slow), Rules(pair[0])
        self.at, self.late = 0, late
        self.owners: dict[datetime, list[str]] = {}
        self.step, self.before = HandOverSchedules(), dict[str, Any]()

    @property
    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.at)

    def work(self, did: Json | None = None) -> Any:
        return work(did, after=self.at, plan=self.plan, ladder=self.ladder, schedules=self.rules)

    def tick(self, seconds: int = 1) -> None:
        """AWS runs what was due `late` seconds ago, Azure what is due now."""
        for _ in range(seconds):
            start = self.now
            self.at += 1
            delay = timedelta(seconds=self.late)
            for due in ncrontab_between(self.ncrontab, start - delay, self.now - delay):
                if self.rules.on:
                    self.owners.setdefault(due, []).append("aws")
            for due in ncrontab_between(self.ncrontab, start, self.now):
                self.owners.setdefault(due, [])
                place = self.ladder.place()
                if place and place.owns_firing(due):
                    self.owners[due].append("azure")

    def forward(self, seconds: int = 900) -> Json:
        self.before = self.step.snapshot(self.work())
        did = self.step.do(self.work(), self.before)
        return self._until_done(did, lambda did: self.step.verify(self.work(did), self.before), seconds)

    def back(self, seconds: int = 900) -> Json:
        did = self.step.undo(self.work(), self.before)
        return self._until_done(did, lambda did: self.step.undone(self.work(did), self.before), seconds)

    def _until_done(self, did: Json, look: Callable[[Json], Verdict], seconds: int) -> Json:
        for _ in range(seconds):
            verdict = look(did)
            if isinstance(verdict, Done):
                return verdict.evidence
            assert isinstance(verdict, Waiting), verdict
            did = verdict.remember or did
            self.tick(self.poll)
        raise AssertionError(f"still waiting: {verdict}")

    def changes_of_owner(self) -> list[str]:
        """Owners of the firings in order, repetitions dropped; each firing has one."""
        assert {len(found) for found in self.owners.values()} == {1}, self.owners
        ordered = [found[0] for _, found in sorted(self.owners.items())]
        return [one for place, one in enumerate(ordered) if place == 0 or ordered[place - 1] != one]


@pytest.mark.parametrize(
    ("pair", "margin", "late", "poll"),
    [(EVERY_TWO, "10s", 0.0, 1), (EVERY_TWO, "15s", 59.0, 4), (EVERY_FIVE, "60s", 59.0, 5)],
)
def test_there_and_back_each_firing_has_one_owner(pair: tuple[str, str], margin: str, late: float, poll: int) -> None:
    night = Night(pair, margin, late=late, poll=poll)
    night.tick(400)
    evidence = night.forward()
    assert (evidence["fired_twice_perhaps"], night.rules.on) == ([], False)
    night.tick(600)
    evidence = night.back()
    assert (evidence["missed_perhaps"], night.rules.on, night.ladder.at and night.ladder.at.schedules_from) == ([], True, "")
    night.tick(600)
    assert night.changes_of_owner() == ["aws", "azure", "aws"]


@pytest.mark.parametrize("tried_again_after", [0, 70])
def test_another_try_keeps_the_moment_of_the_first_so_that_no_firing_is_without_owner(tried_again_after: int) -> None:
    night = Night(EVERY_TWO)
    night.tick(400)
    night.forward()
    handed_over = night.ladder.at
    night.tick(tried_again_after)
    did = night.step.do(night.work(), night.before)
    night.tick(300)
    night._until_done(did, lambda did: night.step.verify(night.work(did), night.before), 300)
    assert night.ladder.at == handed_over
    assert night.changes_of_owner() == ["aws", "azure"]


def test_a_nightly_schedule_is_handed_over_soon_and_not_at_night() -> None:
    night = Night(NIGHTLY, "60s")
    night.forward(seconds=120)
    assert night.ladder.at is not None
    assert datetime.fromisoformat(night.ladder.at.schedules_from) - NOON < timedelta(minutes=2)


def test_the_moment_is_chosen_anew_when_instances_do_not_learn_of_it_in_time() -> None:
    night = Night(EVERY_TWO, slow=10_000)
    night.tick(90)
    night.before = night.step.snapshot(night.work())
    did = night.step.do(night.work(), night.before)
    first = did["from"]
    while night.now < datetime.fromisoformat(first):
        verdict = night.step.verify(night.work(did), night.before)
        assert isinstance(verdict, Waiting)
        did = verdict.remember or did
        night.tick()
    assert datetime.fromisoformat(did["from"]) > datetime.fromisoformat(first) + timedelta(seconds=10)
    night.ladder.slow = 0
    night._until_done(did, lambda did: night.step.verify(night.work(did), night.before), 300)
    night.tick(300)
    assert night.changes_of_owner() == ["aws", "azure"]


def test_a_hand_over_that_comes_too_late_says_what_may_have_fired_twice() -> None:
    night = Night(EVERY_TWO)
    night.before = night.step.snapshot(night.work())
    did = night.step.do(night.work(), night.before)
    verdict = night.step.verify(night.work(did), night.before)
    assert isinstance(verdict, Waiting)
    night.tick(360)  # the agent was away
    found = night.step.verify(night.work(verdict.remember), night.before)
    assert isinstance(found, Done)
    doubled = [due.isoformat() for due, owners in sorted(night.owners.items()) if len(owners) == 2]
    assert doubled
    assert found.evidence["fired_twice_perhaps"] == doubled


def test_half_a_hand_over_is_taken_back_at_once() -> None:
    night = Night(EVERY_TWO)
    night.before = night.step.snapshot(night.work())
    night.step.do(night.work(), night.before)
    night.back(seconds=1)
    night.tick(300)
    assert night.changes_of_owner() == ["aws"]


def test_timers_that_never_pause_are_not_handed_over() -> None:
    night = Night(EVERY_MINUTE, margin="10s")
    with pytest.raises(AdapterError, match="never pause") as refused:
        night.forward()
    assert "firing_margin" in refused.value.mend
    assert night.ladder.log == []


def test_without_a_pause_the_way_back_doubles_nothing_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand_over_schedules, "LAPSE", 0.3)
    night = Night(EVERY_TWO, margin="40s")
    night.plan = plan(EVERY_TWO[1], "40s", poll="9s")
    night.forward()
    order = night.step.undo(night.work(), night.before)["order"]
    assert "none is doubled" in order
    night.ladder.slow = 10_000
    night.back()
    assert [change["schedules_from"] for change in night.ladder.log][-1] == ""
    assert night.rules.on


def test_a_rule_that_changed_since_is_noticed_before_anything_is_written() -> None:
    night = Night(EVERY_FIVE)
    night.rules.expression = "cron(0/10 * * * ? *)"
    with pytest.raises(AdapterError, match="fires at"):
        night.forward()
    assert night.ladder.log == []


def test_a_rule_that_was_off_stays_off() -> None:
    night = Night(EVERY_FIVE)
    night.rules.on = False
    night.forward()
    night.back()
    assert night.rules.log == []


def test_a_margin_shorter_than_an_instance_takes_to_lapse_is_refused() -> None:
    document = data() | {"strategy": "zero-downtime"}
    document["state"]["ladder"] = {"endpoint": "https://ordersdata.table.core.windows.net", "firing_margin": "5s"}
    assert "hangs" in problems_of(document)["state.ladder.firing_margin"].what


def test_both_sides_of_the_pairs_mean_the_same() -> None:
    start = datetime(2026, 11, 23, tzinfo=UTC)
    for aws, ncrontab in (EVERY_MINUTE, EVERY_FIVE, NIGHTLY):
        end = start + timedelta(days=2)
        expected = ncrontab_between(ncrontab, start, end)
        assert aws_firings(aws, start, len(expected)) == expected
