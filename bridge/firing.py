"""Which firing a timer's run stands for.

Lives here: reading the host's schedule status. Never here: who owns a firing (place.py).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

_EARLY = timedelta(seconds=5)
"""Timers fire some milliseconds before their time now and then."""


def scheduled_time(status: Mapping[str, Any] | None, now: datetime) -> datetime:
    """The minute that the schedule meant; for a run that is late, the minute that was missed.

    Args:
        status: `TimerRequest.schedule_status`. While a function runs, its `Next` is still the time of this very run; timers
            that recur in less than a minute have none, and a run by hand comes long before it.
        now: with an offset.
    """
    text = (status or {}).get("Next")
    moment = datetime.fromisoformat(text) if text else now
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    meant = moment if moment <= now + _EARLY else now
    return (meant.astimezone(UTC) + (_EARLY if meant is now else timedelta(0))).replace(second=0, microsecond=0)
