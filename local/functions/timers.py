"""Timer triggers: one loop a function, its last and next times kept so that a missed time is made up for.

Lives here: waiting, catching up, the schedule status file. Never here: reading schedules (`schedules.py`).
Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from azure.functions.meta import Datum

from local.functions.schedules import Schedule

_log = logging.getLogger("host.timers")
_NEVER = "0001-01-01T00:00:00"
_LONGEST_SLEEP_SECONDS = 30.0

type Run = Callable[[Datum], Awaitable[None]]


@dataclass(frozen=True)
class ScheduleStatus:
    """When a timer last ran and will next run, under the schedule it had then."""

    schedule: str
    last: datetime | None
    next: datetime


class StatusFile:
    """The schedule status of one function, as a JSON file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> ScheduleStatus | None:
        """The status kept, if any."""
        if not self._file.exists():
            return None
        kept = json.loads(self._file.read_text())
        last = datetime.fromisoformat(kept["last"]) if kept["last"] else None
        return ScheduleStatus(kept["schedule"], last, datetime.fromisoformat(kept["next"]))

    def write(self, status: ScheduleStatus) -> None:
        """Replace the file at once, so that no reader sees half of it."""
        last = status.last.isoformat() if status.last else None
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps({"schedule": status.schedule, "last": last, "next": status.next.isoformat()}))
        fresh.replace(self._file)


class TimerListener:
    """Runs a function when its schedule says so; never twice at a time."""

    def __init__(
        self, name: str, schedule: Schedule, run: Run, *, file: StatusFile, run_on_startup: bool, monitor: bool | None
    ) -> None:
        """`monitor` None means: unless the schedule recurs in less than a minute."""
        self._name, self._schedule, self._run, self._file = name, schedule, run, file
        self._run_on_startup = run_on_startup
        self._monitored = not schedule.is_frequent if monitor is None else monitor
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to wait for the schedule."""
        self._task = asyncio.create_task(self._loop(), name=f"timer-{self._name}")

    async def stop(self, patience: float) -> None:
        """Start the function no more; a run under way has `patience` seconds to end."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=patience)

    async def _loop(self) -> None:
        status = self._at_start()
        past_due = status.next <= datetime.now(UTC)
        if past_due or self._run_on_startup:
            status = await self._fire(status, past_due=past_due)
        while await self._until(status.next):
            status = await self._fire(status, past_due=False)

    def _at_start(self) -> ScheduleStatus:
        """The kept status if it is of this schedule and monitored, else one that begins now."""
        kept = self._file.read() if self._monitored else None
        if kept is not None and kept.schedule == self._schedule.text:
            return kept
        status = ScheduleStatus(self._schedule.text, None, self._schedule.next_after(datetime.now(UTC)))
        self._keep(status)
        return status

    def _keep(self, status: ScheduleStatus) -> None:
        if self._monitored:
            self._file.write(status)

    async def _until(self, moment: datetime) -> bool:
        """Wait for the moment; False when the host stops first. The clock is looked at anew, as it may be set."""
        while not self._stopping.is_set():
            rest = (moment - datetime.now(UTC)).total_seconds()
            if rest <= 0:
                return True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), min(rest, _LONGEST_SLEEP_SECONDS))
        return False

    async def _fire(self, status: ScheduleStatus, *, past_due: bool) -> ScheduleStatus:
        with contextlib.suppress(Exception):  # logged where the function ran; the schedule goes on
            await self._run(timer_datum(status, past_due=past_due))
        now = datetime.now(UTC)
        # A time that passed while the function ran is not made up for: the next run follows the schedule from now on.
        after = ScheduleStatus(self._schedule.text, now, self._schedule.next_after(now))
        self._keep(after)
        return after


def timer_datum(status: ScheduleStatus | None, *, past_due: bool) -> Datum:
    """The trigger's data as the host sends them."""
    told = None
    if status is not None:
        last = status.last.isoformat() if status.last else _NEVER
        told = {"Last": last, "LastUpdated": last, "Next": status.next.isoformat()}
    return Datum(json.dumps({"Schedule": {"AdjustForDST": True}, "ScheduleStatus": told, "IsPastDue": past_due}), "json")
