"""When a timer is due: six-field NCRONTAB expressions and time spans.

Lives here: pure time arithmetic, in UTC. Never here: waiting.
Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

from datetime import UTC, datetime, timedelta

from croniter import croniter

from local.functions.hostconfig import parse_time_span


class BadSchedule(ValueError):
    """A timer's schedule is neither NCRONTAB nor a time span."""


class Schedule:
    """One timer's schedule."""

    def __init__(self, text: str) -> None:
        """Read `{second} {minute} {hour} {day} {month} {day-of-week}` (five fields start at the minute) or `hh:mm:ss`.

        Raises:
            BadSchedule: it is neither.
        """
        self.text = text.strip()
        self._span: timedelta | None = None
        fields = self.text.split()
        if len(fields) == 5:
            fields = ["0", *fields]
        self._expression = " ".join(fields)
        if len(fields) == 1:
            try:
                self._span = parse_time_span(self.text)
            except ValueError as error:
                raise BadSchedule(f"'{text}' is no schedule; write six NCRONTAB fields or hh:mm:ss") from error
        elif len(fields) != 6 or not croniter.is_valid(self._expression, second_at_beginning=True):
            raise BadSchedule(f"'{text}' is no schedule; write six NCRONTAB fields (seconds first) or hh:mm:ss")

    def next_after(self, moment: datetime) -> datetime:
        """The first time later than `moment`. Day and day of week must both fit, unlike in Unix cron."""
        if self._span is not None:
            return moment + self._span
        times = croniter(self._expression, moment.astimezone(UTC), second_at_beginning=True, day_or=False)
        following: datetime = times.get_next(datetime)
        return following.astimezone(UTC)

    @property
    def is_frequent(self) -> bool:
        """Whether it recurs in less than a minute: such timers are not monitored unless asked for."""
        first = self.next_after(datetime.now(UTC))
        return self.next_after(first) - first < timedelta(minutes=1)
