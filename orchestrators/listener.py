"""Waiting while people may speak: control events and the window's clock are heard during every wait.

Lives here: what was heard (pause, resume, abort) and how far the window is used. Never here: steps and gates.
"""

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

from durabletask.task import CancellableTask, OrchestrationContext, Task, TimerTask, when_any

Lines = Generator[Task[Any], Any]
WARNING = 0.8
"""Part of the window after which people are warned."""


def aware(moment: datetime) -> datetime:
    """Durable gives moments in UTC that do not say so."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Listener:
    """What people asked for, and the window.

    Args:
        ctx: Durable's context.
        run: id of the run.
        options: `window` (seconds), `on_overrun`.
    """

    def __init__(self, ctx: OrchestrationContext, run: str, options: dict[str, Any]) -> None:
        self._ctx, self._run, self._options = ctx, run, options
        self._control: CancellableTask[Any] = ctx.wait_for_external_event("control")
        self._clock: TimerTask | None = None
        self._warned = False
        self._opened: datetime | None = None
        self.abort: str | None = None
        self.paused: str | None = None
        self.heard = 0

    def wait(self, *tasks: Task[Any], heard: int | None = None) -> Lines:
        """Until one of the tasks is complete or, when `heard` is given, more was heard than that.

        `heard` is what the caller knew when it last looked: a word that came since then ends the wait at once.
        """
        while not any(task.is_complete for task in tasks) and heard in {None, self.heard}:
            others = [self._control] if self._clock is None else [self._control, self._clock]
            yield when_any([*tasks, *others])
            yield from self._hear()

    def sleep(self, seconds: float, heard: int) -> Lines:
        """That long, or until more was heard than `heard`."""
        timer = self._ctx.create_timer(timedelta(seconds=seconds))
        yield from self.wait(timer, heard=heard)
        timer.cancel()

    def _hear(self) -> Lines:
        if self._clock is not None and self._clock.is_complete:
            self._clock = None
            yield from self._tick()
        while self._control.is_complete:  # the next word may be there already
            self.heed(self._control.get_result())
            self._control = self._ctx.wait_for_external_event("control")

    def heed(self, asked: Any) -> None:
        """Take in what a person asked for; an abort is never taken back."""
        action = asked.get("action") if isinstance(asked, dict) else None
        before = (self.abort, self.paused)
        if action == "abort":
            self.abort = self.abort or f"aborted by {asked.get('by', 'somebody')}: {asked.get('reason', '')}".rstrip(": ")
        elif action == "pause":
            self.paused = f"paused by {asked.get('by', 'somebody')}"
        elif action == "resume":
            self.paused = None
        elif action == "promote":  # the ledger knows of which line; whoever waits looks again
            self.heard += 1
        self.heard += before != (self.abort, self.paused)

    def open_window(self, opened: datetime) -> None:
        """Begin to count; `opened` may be in the past when the run was resumed."""
        self._opened = opened
        self._arm()

    def close_window(self) -> None:
        """Stop counting."""
        if self._clock is not None:
            self._clock.cancel()
        self._clock, self._opened = None, None

    def stop(self) -> None:
        """Hear nothing more: what was waited for and abandoned is cancelled."""
        self.close_window()
        self._control.cancel()

    def _arm(self) -> None:
        if self._opened is None:
            return
        share = 1.0 if self._warned else WARNING
        left = self._opened + timedelta(seconds=self._options["window"] * share) - aware(self._ctx.current_utc_datetime)
        self._clock = self._ctx.create_timer(max(left, timedelta()))

    def _tick(self) -> Lines:
        used = 100 if self._warned else round(WARNING * 100)
        noted = yield self._ctx.call_activity("note_window", input={"run": self._run, "used_percent": used})
        if not self._warned:
            self._warned = True
            self._arm()
        elif noted.get("due", True):  # an orchestration that began anew does not hold again
            self._overrun()

    def _overrun(self) -> None:
        self.heard += 1
        if self._options["on_overrun"] == "fail-back":
            self.abort = self.abort or "the window is used up"
        elif self._options["on_overrun"] == "hold":
            self.paused = "the window is used up"
