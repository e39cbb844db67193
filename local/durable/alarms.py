"""One thread that calls back at given moments, however many moments there are.

Lives here: waiting. Never here: what a moment means, or whether it still counts: the callee decides that.
"""

import heapq
import threading
from collections.abc import Callable
from datetime import UTC, datetime

_LONGEST_WAIT_SECONDS = 30.0
"""Look at the clock at least this often: the machine may have slept, or its clock been set."""


class Alarms:
    """Calls `due(owner, number, at)` once for every `set`, in the order of time, from its own thread."""

    def __init__(self, due: Callable[[str, int, datetime], None]) -> None:
        self._due = due
        self._waiting: list[tuple[datetime, str, int]] = []
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="durable-alarms", daemon=True)

    def start(self) -> None:
        """Begin to call back."""
        self._thread.start()

    def set(self, owner: str, number: int, at: datetime) -> None:
        """Call back at the aware moment `at`, at once if it has passed."""
        with self._changed:
            heapq.heappush(self._waiting, (at, owner, number))
            self._changed.notify()

    def stop(self) -> None:
        """Call back no more; returns when the thread has ended."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and (pause := self._pause()) > 0:
                    self._changed.wait(pause)
                if self._stopped:
                    return
                at, owner, number = heapq.heappop(self._waiting)
            self._due(owner, number, at)

    def _pause(self) -> float:
        if not self._waiting:
            return _LONGEST_WAIT_SECONDS
        return min((self._waiting[0][0] - datetime.now(UTC)).total_seconds(), _LONGEST_WAIT_SECONDS)
