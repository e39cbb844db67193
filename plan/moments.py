"""Fields of cron expressions and the moments that they name, in UTC.

Lives here: what both dialects have in common: items, ranges, steps, and finding the next moments. Never here: what a dialect
calls its fields, or counts from (cron.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

_LONGEST = timedelta(days=366 * 9)
"""Without a moment in this time there is none: 29 February skips at most eight years, around 2100."""


class Untranslatable(ValueError):
    """An expression that the other side cannot say; the message says why, `mend` what to do."""

    def __init__(self, message: str, mend: str = "Use an expression that both sides can say.") -> None:
        super().__init__(message)
        self.mend = mend


@dataclass(frozen=True)
class Field:
    """One field: what it counts, from where to where, and the names that its numbers have."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def spans(self, text: str) -> list[tuple[int, int, int]]:
        """First, last and step of every item: `*`, `5`, `1-5`, `*/10`, `5/10` (to the end), `1-30/10`.

        Raises:
            Untranslatable: an item is none of these.
        """
        return [self._span(item) for item in text.split(",")]

    def numbers(self, text: str) -> frozenset[int]:
        """All the numbers that the text means."""
        return frozenset(number for first, last, step in self.spans(text) for number in range(first, last + 1, step))

    def _span(self, item: str) -> tuple[int, int, int]:
        span, slash, step = item.partition("/")
        if slash and not (step.isdecimal() and int(step) >= 1):
            raise Untranslatable(f"{item!r} is no step of a {self.name}", "Write it like */5.")
        if span == "*":
            return self.low, self.high, int(step or 1)
        first, dash, last = span.partition("-")
        start = self._number(first)
        end = self._number(last) if dash else self.high if slash else start
        if end < start:
            mend = f"Write two ranges: {start}-{self.high},{self.low}-{end}."
            raise Untranslatable(f"{span} runs backwards, and NCRONTAB has no such range ({self.name})", mend)
        return start, end, int(step or 1)

    def _number(self, word: str) -> int:
        upper = word.upper()
        number = self.names.index(upper) + self.low if upper in self.names else int(word) if word.isdecimal() else -1
        if not self.low <= number <= self.high:
            mend = "Correct the expression."
            raise Untranslatable(f"{word!r} is no {self.name} between {self.low} and {self.high}", mend)
        return number


@dataclass(frozen=True)
class Moments:
    """Moments by their parts; weekdays count from Sunday = 0. A day must fit by number and by weekday."""

    seconds: frozenset[int]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def after(self, start: datetime) -> Iterator[datetime]:
        """The moments after `start`, in their order, for as long as there are any."""
        begin = start.astimezone(UTC)
        times = [
            time(h, m, s, tzinfo=UTC) for h in sorted(self.hours) for m in sorted(self.minutes) for s in sorted(self.seconds)
        ]
        day, last = begin.date(), begin.date()
        while day - last <= _LONGEST:
            if self._fits(day):
                last = day
                yield from (moment for it in times if (moment := datetime.combine(day, it)) > begin)
            day += timedelta(days=1)

    def _fits(self, day: date) -> bool:
        return day.day in self.days and day.month in self.months and day.isoweekday() % 7 in self.weekdays
