"""Readings over time: a trail grows with each look, stays short, and spans the whole time."""

from datetime import UTC, datetime

from activities.trail import MOST, Trail, longer, moment


def test_a_trail_stays_short_and_spans_the_whole_time() -> None:
    trail: Trail = []
    for at in range(1000):
        trail = longer(trail, [at, at / 2])
        assert len(trail) <= MOST
        assert trail[-1] == [at, at / 2]
    assert trail[0] == [0, 0]
    assert len(trail) > MOST / 2
    assert [at for at, _ in trail] == sorted(at for at, _ in trail)


def test_a_moment_is_seconds_since_1970_in_tenths() -> None:
    assert moment(datetime(2026, 11, 23, 2, 0, 0, 260_000, tzinfo=UTC)) == 1795399200.3
