"""From an EventBridge expression to the NCRONTAB expression of an Azure timer, or the reason why there is none.

Lives here: the translation; what it gives is compared with the original by the next firings before it is given. Never here: a
service, a plan. Everything is in UTC: EventBridge rules know nothing else, and timers know nothing else without a time zone.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from plan.cron import AWS_FIELDS, aws_fields, cadence, different_firings, different_gaps
from plan.moments import Field, Untranslatable

COMPARED = 20
"""Firings of both sides that must be the same."""
_MINUTES = 60
_HOURS = 24
_EVEN = "A timer counts from the clock: use a number of minutes that divides 60, of hours that divides 24, 1 day or 7 days."
PHASE = (
    "EventBridge counts {period} from when the rule was made, the timer from the clock: the cadence is the same, the moments "
    "are not, and the one interval in which Azure takes over may last from nearly nothing to nearly twice {period}"
)


@dataclass(frozen=True)
class Translation:
    """What the timer is given.

    Args:
        ncrontab: six fields.
        period: of a rate, whose cadence is kept and whose moments are not; None when the moments are the same.
        note: what a person should know about it; empty when nothing changes.
    """

    ncrontab: str
    period: timedelta | None = None
    note: str = ""


def translate(expression: str, now: datetime | None = None) -> Translation:
    """The timer expression that fires as the rule does.

    Args:
        expression: `cron(...)`, `rate(...)` or `at(...)` as EventBridge has it.
        now: from when the firings of both are compared; this moment without it.

    Raises:
        Untranslatable: NCRONTAB cannot say it; the message says why, `mend` what to do.
    """
    start = now or datetime.now(UTC)
    period = cadence(expression)
    if period is not None:
        found = Translation(_even(expression, period), period, PHASE.format(period=_words(period)))
        other: object = different_gaps(period, found.ncrontab, start, COMPARED)
    else:
        words = zip(AWS_FIELDS, aws_fields(expression), strict=True)
        fields = [_said(field, word) for field, word in words]
        found = Translation(" ".join(("0", *fields)))
        other = different_firings(expression, found.ncrontab, start, COMPARED)
    if other:
        raise Untranslatable(f"{expression} and {found.ncrontab} do not fire alike", "Write mapping.ncrontab by hand.")
    return found


def _said(field: Field, word: str) -> str:
    """One field; a step stands over a range with both ends, which every reader takes alike; weekdays count from 0."""
    shift = 1 if field.name == "weekday" else 0
    return ",".join(_item(field, first, last, step, shift) for first, last, step in field.spans(word))


def _item(field: Field, first: int, last: int, step: int, shift: int) -> str:
    if first == last:
        return str(first - shift)
    every = (first, last) == (field.low, field.high)
    return ("*" if every else f"{first - shift}-{last - shift}") + (f"/{step}" if step > 1 else "")


def _even(expression: str, period: timedelta) -> str:
    """A cadence that divides the hour, the day or the week evenly; any other drifts against the clock."""
    minutes = period // timedelta(minutes=1)
    hours, odd = divmod(minutes, _MINUTES)
    if minutes and _MINUTES % minutes == 0 and minutes < _MINUTES:
        return "0 * * * * *" if minutes == 1 else f"0 */{minutes} * * * *"
    if not odd and hours and _HOURS % hours == 0 and hours < _HOURS:
        return "0 0 * * * *" if hours == 1 else f"0 0 */{hours} * * *"
    if not odd and hours == _HOURS:
        return "0 0 0 * * *"
    if not odd and hours == 7 * _HOURS:
        return "0 0 0 * * 0"
    raise Untranslatable(f"{expression} does not divide the hour, the day or the week evenly", _EVEN)


def _words(period: timedelta) -> str:
    minutes = period // timedelta(minutes=1)
    for size, unit in ((24 * _MINUTES, "day"), (_MINUTES, "hour"), (1, "minute")):
        if minutes % size == 0:
            count = minutes // size
            return f"{count} {unit}" + ("" if count == 1 else "s")
    raise AssertionError("every number divides by 1")
