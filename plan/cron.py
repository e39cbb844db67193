"""When schedules fire: AWS expressions on one side, NCRONTAB on the other.

Lives here: reading both and listing firings in UTC. Sources: EventBridge user guide, "Cron expressions" and "Rate expressions";
Azure Functions, "NCRONTAB expressions". Both have six fields; AWS ends in a year, NCRONTAB starts with seconds.
"""

import re
from datetime import UTC, datetime, timedelta
from itertools import islice

from croniter import croniter

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((.+)\)")
_DAYS = {"SUN": "1", "MON": "2", "TUE": "3", "WED": "4", "THU": "5", "FRI": "6", "SAT": "7"}


class Untranslatable(ValueError):
    """An expression that cannot be compared; the message says why."""


def aws_firings(expression: str, start: datetime, count: int) -> list[datetime]:
    """The next firings of an EventBridge cron expression after `start`.

    Raises:
        Untranslatable: a rate (it counts from when the rule was made), a year other than `*`, or L, W and # fields.
    """
    if _RATE.fullmatch(expression):
        raise Untranslatable(f"{expression} counts from the moment the rule was made; use a cron expression on both sides")
    match = _CRON.fullmatch(expression.strip())
    fields = match.group(1).split() if match else []
    if len(fields) != 6:
        raise Untranslatable(f"{expression} is not cron(minute hour day month weekday year)")
    *five, year = fields
    if year != "*" or any(mark in field for field in five[2::2] for mark in "LW#"):
        raise Untranslatable(f"{expression} uses a year, L, W or #, which NCRONTAB cannot say")
    minute, hour, day, month, weekday = ("*" if field == "?" else field for field in five)
    return _firings(f"{minute} {hour} {day} {month} {_shifted(weekday)}", start, count, seconds=False)


def ncrontab_firings(expression: str, start: datetime, count: int) -> list[datetime]:
    """The next firings of a six-field NCRONTAB expression after `start`.

    Raises:
        Untranslatable: it has not six fields, or a field is no such thing.
    """
    if len(expression.split()) != 6:
        raise Untranslatable(f"{expression!r} has not six fields; NCRONTAB is: second minute hour day month weekday")
    return _firings(expression, start, count, seconds=True)


def _firings(expression: str, start: datetime, count: int, *, seconds: bool) -> list[datetime]:
    try:
        found = croniter(expression, start.astimezone(UTC), second_at_beginning=seconds)
        return list(islice(found.all_next(datetime), count))
    except ValueError as error:
        raise Untranslatable(f"{expression}: {error}") from error


def _shifted(weekday: str) -> str:
    """AWS counts weekdays from 1 = Sunday, cron from 0 = Sunday."""
    numbers = re.sub(r"[A-Z]{3}", lambda name: _DAYS.get(name.group(), name.group()), weekday.upper())
    return re.sub(r"(?<!/)\b\d+", lambda number: str(int(number.group()) - 1), numbers)


def different_firings(aws: str, ncrontab: str, start: datetime, count: int = 20) -> list[tuple[datetime, datetime]]:
    """Pairs of the next firings that are not the same moment; empty when both expressions mean the same."""
    tolerance = timedelta(seconds=1)
    pairs = zip(aws_firings(aws, start, count), ncrontab_firings(ncrontab, start, count), strict=True)
    return [(ours, theirs) for ours, theirs in pairs if abs(ours - theirs) >= tolerance]
