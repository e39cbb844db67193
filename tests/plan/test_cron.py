"""When schedules fire: weekdays that AWS counts from Sunday = 1, and expressions that one side cannot say."""

from datetime import UTC, datetime, timedelta

import pytest

from plan.cron import aws_firings, different_firings, ncrontab_firings
from plan.moments import Untranslatable

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("aws", "ncrontab"),
    [
        ("cron(0 2 * * ? *)", "0 0 2 * * *"),
        ("cron(0/15 * * * ? *)", "0 */15 * * * *"),
        ("cron(15 10 ? * 1 *)", "0 15 10 * * 0"),
        ("cron(15 10 ? * SUN *)", "0 15 10 * * 0"),
        ("cron(15 10 ? * 2-6 *)", "0 15 10 * * 1-5"),
        ("cron(15 10 ? * MON-FRI *)", "0 15 10 * * MON-FRI"),
        ("cron(15 10 ? * 2,4,7 *)", "0 15 10 * * 1,3,6"),
        ("cron(15 10 ? * SAT *)", "0 15 10 * * 6"),
        ("cron(0 8 1 * ? *)", "0 0 8 1 * *"),
        ("cron(0 0 1 JAN,JUL ? *)", "0 0 0 1 1,7 *"),
        ("cron(0/10 6-18 ? * 2/2 *)", "0 */10 6-18 * * 1,3,5"),
    ],
)
def test_expressions_that_mean_the_same(aws: str, ncrontab: str) -> None:
    assert different_firings(aws, ncrontab, MONDAY) == []


@pytest.mark.parametrize(
    ("aws", "ncrontab"),
    [
        ("cron(0 2 * * ? *)", "0 0 3 * * *"),
        ("cron(0 2 * * ? *)", "30 0 2 * * *"),
        ("cron(15 10 ? * 1 *)", "0 15 10 * * 1"),
        ("cron(0 2 * * ? *)", "0 0 2 * * 1-5"),
    ],
)
def test_expressions_that_do_not(aws: str, ncrontab: str) -> None:
    assert different_firings(aws, ncrontab, MONDAY)


def test_a_sunday_is_a_sunday() -> None:
    (first,) = aws_firings("cron(15 10 ? * 1 *)", MONDAY, 1)
    assert (first, first.weekday()) == (datetime(2026, 11, 29, 10, 15, tzinfo=UTC), 6)


def test_firings_come_after_the_start_in_utc() -> None:
    berlin = MONDAY.astimezone(datetime.now().astimezone().tzinfo)
    assert ncrontab_firings("0 0 12 * * *", berlin, 2) == [MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)]


@pytest.mark.parametrize(
    "aws",
    [
        "rate(1 day)",
        "rate(5 minutes)",
        "cron(0 2 * * ? 2027)",
        "cron(0 2 L * ? *)",
        "cron(0 2 15W * ? *)",
        "cron(0 2 ? * 6#3 *)",
        "cron(0 2 ? * 6L *)",
        "cron(0 2 * *)",
        "at(2026-11-23T02:00:00)",
        "cron(61 2 * * ? *)",
        "cron(0 2 ? * XYZ *)",
    ],
)
def test_what_cannot_be_compared_says_why(aws: str) -> None:
    with pytest.raises(Untranslatable, match=r".{20}"):
        aws_firings(aws, MONDAY, 3)


@pytest.mark.parametrize("expression", ["0 2 * * *", "0 0 2 * * * *", "0 0 25 * * *"])
def test_an_expression_that_is_no_timer_is_refused(expression: str) -> None:
    with pytest.raises(Untranslatable):
        ncrontab_firings(expression, MONDAY, 3)
