"""Figures of the requests, readable from any thread while they grow.

Lives here: counting of answers and of the time without one. Never here: what was in an answer.
"""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from local.traffic.client import Reply


@dataclass
class Counters:
    """All times are epoch seconds, all lengths of time are seconds."""

    sent: int = 0
    ok: int = 0
    held_back: int = 0
    failed_by_status: Counter[str] = field(default_factory=Counter)
    started: float | None = None
    stopped: float | None = None
    last_good: float | None = None
    _longest_gap: float = 0.0
    _failures: Counter[tuple[int, str]] = field(default_factory=Counter)
    _first_failure: float | None = None
    _last_failure: float | None = None
    _served_by: dict[str, dict[str, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        """The first request is about to be sent."""
        with self._lock:
            self.started = time.time()

    def end(self) -> None:
        """The last answer has come."""
        with self._lock:
            self.stopped = time.time()
            self._longest_gap = max(self._longest_gap, self._gap(self.stopped))

    def sending(self) -> None:
        """A request leaves."""
        with self._lock:
            self.sent += 1

    def hold_back(self) -> None:
        """A request was due, but too many are unanswered."""
        with self._lock:
            self.held_back += 1

    def answered(self, reply: Reply, *, good: bool) -> None:
        """A request ended; `good` is the client's judgement, `reply.answered` the time."""
        with self._lock:
            if reply.served_by:
                server = self._served_by.setdefault(reply.served_by, {"answers": 0, "good": 0, "first": reply.answered})
                server |= {"answers": server["answers"] + 1, "good": server["good"] + good, "last": reply.answered}
            if good:
                self.ok += 1
                self._longest_gap = max(self._longest_gap, self._gap(reply.answered))
                self.last_good = max(reply.answered, self.last_good or 0.0)
                return
            self.failed_by_status[reply.status] += 1
            self._failures[int(reply.answered), reply.status] += 1
            self._first_failure = self._first_failure or reply.answered
            self._last_failure = reply.answered

    def snapshot(self) -> dict[str, Any]:
        """The figures now, as JSON; the time without a good answer includes the one that goes on.

        `failures` is a list of [epoch second, status, count]. `served_by` maps the edge's `x-served-by` to the number of
        answers and of good ones, and to the times of the first and the last.
        """
        with self._lock:
            running = self.started is not None and self.stopped is None
            return {
                "sent": self.sent,
                "ok": self.ok,
                "failed": self.failed_by_status.total(),
                "held_back": self.held_back,
                "failed_by_status": dict(self.failed_by_status),
                "first_failure": self._first_failure,
                "last_failure": self._last_failure,
                "failures": [[second, status, count] for (second, status), count in sorted(self._failures.items())],
                "served_by": {name: dict(figures) for name, figures in self._served_by.items()},
                "started": self.started,
                "stopped": self.stopped,
                "last_good_answer": self.last_good,
                "longest_seconds_without_good_answer": round(
                    max(self._longest_gap, self._gap(time.time())) if running else self._longest_gap, 3
                ),
            }

    def _gap(self, now: float) -> float:
        since = self.last_good or self.started
        return now - since if since is not None else 0.0
