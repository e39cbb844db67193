"""A timer's run is told by the minute that its schedule meant."""

from datetime import UTC, datetime

import pytest

from bridge.firing import scheduled_time

TWO = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("next_time", "now"),
    [
        ("2026-11-23T02:00:00+00:00", TWO.replace(second=3)),
        ("2026-11-23T02:00:00Z", datetime(2026, 11, 23, 1, 59, 59, 990_000, tzinfo=UTC)),
        ("2026-11-23T03:00:00.0000000+01:00", TWO.replace(hour=7)),  # late: it was missed at two
        ("2026-11-23T02:00:00", TWO),
        ("2026-11-24T02:00:00+00:00", TWO.replace(second=40)),  # run by hand
        (None, TWO.replace(second=40)),
        (None, datetime(2026, 11, 23, 1, 59, 59, 990_000, tzinfo=UTC)),
    ],
)
def test_the_minute_that_was_meant(next_time: str | None, now: datetime) -> None:
    assert scheduled_time({"Next": next_time} if next_time else None, now) == TWO
