"""How long a silent cloud is waited for when the run turns back, and how that is told.

Lives here: the arithmetic of the plan's `timing.outage` and its words. Never here: sleeping, and what a silent cloud means.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.records import Json

_LONGEST = 200
"""Characters of a cloud's own words."""


@dataclass(frozen=True)
class Patience:
    """The time that a cloud gets to answer again, counted from the first look. Moments are in UTC, with their zone.

    Args:
        since: when it was asked first.
        outage: seconds that the plan allows (`timing.outage`).
    """

    since: datetime
    outage: float

    def asked(self, moment: datetime) -> Json:
        """What an act is told: `patient`, whether silence is waited for still, and the two times to tell people."""
        until = self.since + timedelta(seconds=self.outage)
        return {"patient": moment < until, "silent_since": self.since.isoformat(), "tried_until": until.isoformat()}

    def left(self, moment: datetime) -> float:
        """Seconds until patience ends; 0 afterwards."""
        return max(self.outage - (moment - self.since).total_seconds(), 0.0)


def told(message: str, since: str, until: str) -> str:
    """A silence that is waited for, in words, the times last; they are given in ISO 8601."""
    return f"{message[:_LONGEST]} (since {_clock(since)}, tried until {_clock(until)})"


def _clock(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(UTC):%H:%M:%S} UTC"
