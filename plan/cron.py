"""When schedules fire: AWS expressions on one side, NCRONTAB on the other.

Lives here: reading both and listing firings in UTC. Never here: turning one into the other (translate.py). Sources: EventBridge
user guide, "Cron expressions" and "Rate expressions"; Azure Functions, "NCRONTAB expressions"; the NCrontab library, which the
host reads timers with. Both have six fields; AWS ends in a year, NCRONTAB starts with seconds.
"""

import re
from datetime import datetime, timedelta
from itertools import islice, pairwise, takewhile

from plan.moments import Field, Moments, Untranslatable

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
AWS_FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("weekday", 1, 7, WEEKDAYS),
)
_NCRONTAB_FIELDS = (Field("second", 0, 59), *AWS_FIELDS[:4], Field("weekday", 0, 6, WEEKDAYS))
_RATE = re.compile(r"rate\(\s*(\d+) (minute|hour|day)s?\s*\)")
_CRON = re.compile(r"cron\((.+)\)")
_ONCE = re.compile(r"at\((.+)\)")
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_NAME = re.compile(r"[A-Z]{3}")


def aws_fields(expression: str) -> tuple[str, str, str, str, str]:
    """Minute, hour, day, month and weekday of an EventBridge cron expression, in capitals; `?` became `*`.

    Raises:
        Untranslatable: it is a rate or fires once, or it has a year other than `*`, an L, W or # field, or not exactly one `?`.
    """
    text = expression.strip()
    if _RATE.fullmatch(text):
        what = f"{text} counts from the moment the rule was made, and its firings have no fixed times"
        raise Untranslatable(what, "Compare its cadence, or use a cron expression on both sides.")
    if _ONCE.fullmatch(text):
        raise Untranslatable(
            f"{text} fires once, and a timer fires for ever",
            "Let it fire on AWS before the migration, or start that one job on Azure by hand or by a delayed message.",
        )
    match = _CRON.fullmatch(text)
    fields = match.group(1).upper().split() if match else []
    if len(fields) != 6:
        mend = "Correct the rule on AWS."
        raise Untranslatable(f"{text} is not cron(minute hour day month weekday year)", mend)
    minute, hour, day, month, weekday, year = fields
    if year != "*":
        mend = "Use * for the year, and switch the timer off when the years are over."
        raise Untranslatable(f"{text} fires in some years only ({year}), and NCRONTAB has no year", mend)
    for field in (day, weekday):
        if marks := sorted(set("LW#") & set(_NAME.sub("", field))):
            mend = "Fire on every day that may be meant, and let the function return at once on the others."
            raise Untranslatable(f"{text} uses {' and '.join(marks)} in {field}, which NCRONTAB cannot say", mend)
    if (day == "?") == (weekday == "?"):
        mend = "Use ? for the day or for the weekday, as EventBridge asks; for both at once make two rules."
        raise Untranslatable(f"{text} must have ? in exactly one of day and weekday", mend)
    return minute, hour, day.replace("?", "*"), month, weekday.replace("?", "*")


def cadence(expression: str) -> timedelta | None:
    """The period of a rate expression; None for any other expression."""
    match = _RATE.fullmatch(expression.strip())
    return int(match.group(1)) * _UNITS[match.group(2)] if match else None


def aws_firings(expression: str, start: datetime, count: int) -> list[datetime]:
    """The next firings of an EventBridge cron expression after `start`.

    Raises:
        Untranslatable: as `aws_fields`, a field is no such thing, or it never fires.
    """
    minutes, hours, days, months, weekdays = _numbers(AWS_FIELDS, aws_fields(expression))
    from_sunday = frozenset(number - 1 for number in weekdays)
    return _next(Moments(frozenset({0}), minutes, hours, days, months, from_sunday), expression, start, count)


def ncrontab_firings(expression: str, start: datetime, count: int) -> list[datetime]:
    """The next firings of a six-field NCRONTAB expression after `start`.

    Raises:
        Untranslatable: it has not six fields, a field is no such thing, or it never fires.
    """
    return _next(_moments(expression), expression, start, count)


def ncrontab_between(expression: str, start: datetime, end: datetime) -> list[datetime]:
    """The firings of an NCRONTAB expression after `start` and up to `end`, perhaps none."""
    return list(takewhile(lambda moment: moment <= end, _moments(expression).after(start)))


def _moments(expression: str) -> Moments:
    words = tuple(expression.split())
    if len(words) != len(_NCRONTAB_FIELDS):
        what = f"{expression!r} has not six fields; NCRONTAB is: second minute hour day month weekday"
        raise Untranslatable(what, "Correct mapping.ncrontab.")
    return Moments(*_numbers(_NCRONTAB_FIELDS, words))


def _numbers(fields: tuple[Field, ...], words: tuple[str, ...]) -> list[frozenset[int]]:
    return [field.numbers(word) for field, word in zip(fields, words, strict=True)]


def _next(moments: Moments, expression: str, start: datetime, count: int) -> list[datetime]:
    found = list(islice(moments.after(start), count))
    if len(found) < count:
        raise Untranslatable(f"{expression} names no moment that ever comes", "Correct day and month.")
    return found


def different_firings(aws: str, ncrontab: str, start: datetime, count: int = 20) -> list[tuple[datetime, datetime]]:
    """Pairs of the next firings that are not the same moment; empty when both expressions mean the same."""
    tolerance = timedelta(seconds=1)
    pairs = zip(aws_firings(aws, start, count), ncrontab_firings(ncrontab, start, count), strict=True)
    return [(ours, theirs) for ours, theirs in pairs if abs(ours - theirs) >= tolerance]


def different_gaps(period: timedelta, ncrontab: str, start: datetime, count: int = 20) -> list[timedelta]:
    """Times between the next firings that are not the period; at least as many as show a whole day, where counts may break."""
    looked = max(count, min(24 * 60, int(timedelta(days=1) / period)) + 2)
    gaps = [later - earlier for earlier, later in pairwise(ncrontab_firings(ncrontab, start, looked))]
    return [gap for gap in gaps if gap != period]
