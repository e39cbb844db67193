"""AWS expressions become timers that fire at the same moments, or are refused with a reason and a mend."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from plan.cron import aws_firings, ncrontab_firings
from plan.moments import Untranslatable
from plan.ncrontab import ncrontab_problem
from plan.translate import translate

NOW = datetime(2026, 11, 23, 12, 7, 30, tzinfo=UTC)
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
Field = tuple[str, frozenset[int]]
"""A field as EventBridge writes it, and the numbers that it means."""


@st.composite
def items(draw: st.DrawFn, low: int, high: int, names: tuple[str, ...] = ()) -> Field:
    """One item of a field: every form that EventBridge documents and NCRONTAB can say."""

    def said(number: int) -> str:
        return names[number - low] if names and draw(st.sampled_from([True, False])) else str(number)

    start = draw(st.integers(low, high))
    end, step = draw(st.integers(start, high)), draw(st.integers(1, high - low + 1))
    form = draw(st.sampled_from(["one", "range", "from", "every", "range by"]))
    if form == "one":
        return said(start), frozenset({start})
    if form == "range":
        return f"{said(start)}-{said(end)}", frozenset(range(start, end + 1))
    if form == "range by":
        return f"{said(start)}-{said(end)}/{step}", frozenset(range(start, end + 1, step))
    if form == "from":
        return f"{said(start)}/{step}", frozenset(range(start, high + 1, step))
    return f"*/{step}", frozenset(range(low, high + 1, step))


def fields(low: int, high: int, names: tuple[str, ...] = ()) -> st.SearchStrategy[Field]:
    """A whole field: all, or up to three items."""
    some = st.lists(items(low, high, names), min_size=1, max_size=3)
    listed = some.map(lambda found: (",".join(it[0] for it in found), frozenset[int]().union(*(it[1] for it in found))))
    return st.just(("*", frozenset(range(low, high + 1)))) | listed


@settings(max_examples=150, deadline=None)
@given(fields(0, 59), fields(0, 23), fields(1, 31), fields(1, 12, MONTHS), fields(1, 7, DAYS), st.booleans())
def test_what_is_translated_fires_at_the_same_moments(
    minute: Field, hour: Field, day: Field, month: Field, weekday: Field, by_weekday: bool
) -> None:
    assume(min(day[1]) < 29)  # a day that comes
    chosen = f"? {month[0]} {weekday[0]}" if by_weekday else f"{day[0]} {month[0]} ?"
    found = translate(f"cron({minute[0]} {hour[0]} {chosen} *)", NOW)
    assert ncrontab_problem(found.ncrontab) is None, "a plan takes it"

    def meant(moment: datetime) -> bool:
        right_day = moment.isoweekday() % 7 + 1 in weekday[1] if by_weekday else moment.day in day[1]
        return right_day and moment.month in month[1]

    firings = ncrontab_firings(found.ncrontab, NOW, 30)
    assert all(it.minute in minute[1] and it.hour in hour[1] and it.second == 0 and meant(it) for it in firings)
    times = [timedelta(hours=h, minutes=m) for h in sorted(hour[1]) for m in sorted(minute[1])]
    date, expected = NOW.replace(hour=0, minute=0, second=0), list[datetime]()
    while len(expected) < 30:
        expected += [date + time for time in times if meant(date) and date + time > NOW]
        date += timedelta(days=1)
    assert firings == expected[:30], "none is missed"
    assert firings == aws_firings(f"cron({minute[0]} {hour[0]} {chosen} *)", NOW, 30)


@pytest.mark.parametrize(
    ("rate", "ncrontab"),
    [
        ("rate(1 minute)", "0 * * * * *"),
        ("rate(5 minutes)", "0 */5 * * * *"),
        ("rate(60 minutes)", "0 0 * * * *"),
        ("rate(1 hour)", "0 0 * * * *"),
        ("rate(8 hours)", "0 0 */8 * * *"),
        ("rate(1 day)", "0 0 0 * * *"),
        ("rate(7 days)", "0 0 0 * * 0"),
    ],
)
def test_an_even_rate_keeps_its_cadence_and_tells_the_shift(rate: str, ncrontab: str) -> None:
    found = translate(rate, NOW)
    assert (found.ncrontab, found.period is not None) == (ncrontab, True)
    assert "counts" in found.note
    assert "may last" in found.note
    firings = ncrontab_firings(found.ncrontab, NOW, 50)
    assert {later - earlier for earlier, later in pairwise(firings)} == {found.period}


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("rate(7 minutes)", "does not divide"),
        ("rate(90 minutes)", "does not divide"),
        ("rate(5 hours)", "does not divide"),
        ("rate(2 days)", "does not divide"),
        ("rate(30 days)", "does not divide"),
        ("at(2026-12-24T18:00:00)", "fires once"),
        ("cron(0 2 * * ? 2027)", "has no year"),
        ("cron(0 2 L * ? *)", "uses L"),
        ("cron(0 2 15W * ? *)", "uses W"),
        ("cron(0 2 LW * ? *)", "uses L and W"),
        ("cron(0 2 ? * 6#3 *)", "uses #"),
        ("cron(0 2 ? * FRIL *)", "uses L"),
        ("cron(0 2 1 * MON *)", "exactly one"),
        ("cron(0 2 ? * ? *)", "exactly one"),
        ("cron(0 22-2 * * ? *)", "backwards"),
        ("cron(0 2 ? * SAT-SUN *)", "backwards"),
        ("cron(0/0 2 * * ? *)", "no step"),
        ("cron(60 2 * * ? *)", "no minute between 0 and 59"),
        ("cron(0 2 ? * 8 *)", "no weekday between 1 and 7"),
        ("cron(0 2 31 2 ? *)", "no moment"),
        ("0 2 * * *", "is not cron"),
        ("", "is not cron"),
    ],
)
def test_what_a_timer_cannot_say_is_refused_with_a_reason_and_a_mend(expression: str, why: str) -> None:
    with pytest.raises(Untranslatable) as refused:
        translate(expression, NOW)
    assert why in str(refused.value)
    assert len(refused.value.mend) > 15


def test_a_wednesday_is_no_w() -> None:
    assert translate("cron(0 2 ? * WED *)", NOW).ncrontab == "0 0 2 * * 3"
