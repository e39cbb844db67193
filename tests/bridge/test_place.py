"""The rules of rungs, and of when a change has reached everybody, as plain values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bridge.place import LAPSE, RUNGS, Instance, Place, authority, behind, follower, lapsed

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PLACE = Place("shadow", held=True, number=7)
THERE = Instance("a", number=7, rung="shadow", held=True, seen=NOW)


def test_aws_decides_below_live_and_azure_from_there_on() -> None:
    assert [authority(rung) for rung in RUNGS] == ["aws", "aws", "aws", "azure", "azure"]


def test_the_other_side_follows_between_the_ends() -> None:
    assert [follower(rung) for rung in RUNGS] == [None, "azure", "azure", "aws", None]


@pytest.mark.parametrize("wrong", [{"rung": "cloud"}, {"producers": "dual"}, {"schedules_from": "2026-11-23T02:00:00"}])
def test_a_place_that_cannot_be_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"rung|messages|offset"):
        Place(**wrong)  # type: ignore[arg-type]  # that is what is tested


def test_firings_go_over_at_their_moment() -> None:
    place = Place(schedules_from="2026-11-23T02:00:00+00:00")
    assert place.owns_firing(NOW)
    assert not place.owns_firing(NOW - timedelta(seconds=1))
    assert not Place().owns_firing(NOW)


def test_a_change_has_reached_who_acts_on_it_with_all_operations() -> None:
    assert behind(PLACE, [THERE], NOW) == []


@pytest.mark.parametrize("late", [{"number": 6}, {"held": False}, {"rung": "dual"}, {"unsettled": 1}])
def test_one_that_is_behind_is_named(late: dict[str, int]) -> None:
    one = replace(THERE, **late)  # type: ignore[arg-type]  # one field each
    assert behind(PLACE, [THERE, one], NOW) == [one]


def test_one_that_lapsed_holds_nothing_up_and_is_told_apart() -> None:
    old = replace(THERE, number=6, unsettled=3, seen=NOW - timedelta(seconds=LAPSE + 1))
    young = replace(THERE, number=6, seen=NOW - timedelta(seconds=LAPSE - 1))
    assert behind(PLACE, [old, young], NOW) == [young]
    assert lapsed([old, young], NOW) == [old]
