"""The open-loop generator: requests leave at a fixed rate whether or not earlier ones were answered, up to a cap.

Lives here: pace, bounds, the thread it runs on, and the report. Never here: what a request is (behaviour.py).
"""

import asyncio
import math
import threading
from collections.abc import Iterable
from typing import Any, Self

from local.traffic.audit import audit
from local.traffic.behaviour import Behaviour, Books
from local.traffic.client import Client


class Traffic:
    """Clients on a thread of their own. `stop` and `audit` take their time: call them by `asyncio.to_thread` from asyncio.

    Args:
        url: base URL of the way in.
        rate: requests a second.
        ramp: seconds in which the rate grows from nothing, so that the other side can start what it needs.
        max_seconds: the end, at the latest.
        max_orders: most orders to create; then creates become reads.
        outstanding: most unanswered requests; one that is due beyond it is counted as held back, not sent.
        timeout: seconds until a request counts as unanswered.
        seed: repeats contents and choices; ids differ between runs.
    """

    def __init__(
        self, url: str, *, rate: float, ramp: float = 0.0, max_seconds: float = 3600.0, max_orders: int = 20_000,
        outstanding: int = 16, timeout: float = 10.0, seed: int = 1,
    ) -> None:  # fmt: skip
        self._url, self._rate, self._ramp, self._max_seconds, self._max_orders = url, rate, ramp, max_seconds, max_orders
        self._outstanding, self._timeout, self._seed = outstanding, timeout, seed
        self._books = Books()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._audit: dict[str, Any] = {}
        self._broken: BaseException | None = None

    def adopt(self, orders: Iterable[dict[str, Any]]) -> None:
        """Count orders that existed before, in the API's JSON, as acknowledged. Call it before `start`."""
        for order in orders:
            self._books.memory.acknowledge(order)

    def start(self) -> Self:
        """Begin to send."""
        if self._thread is not None:
            raise RuntimeError("traffic starts once; make another Traffic")
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="traffic", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Send no more, and return once every request is answered or timed out; twice is harmless.

        Raises:
            RuntimeError: the generator itself failed; its figures are not complete.
        """
        self._stopping.set()
        self.wait()

    def wait(self) -> None:
        """Return once `max_seconds` are over and every request is answered or timed out. Raises as `stop` does."""
        if self._thread is not None:
            self._thread.join()
        if self._broken is not None:
            raise RuntimeError("the traffic generator failed; its figures are not complete") from self._broken

    def requests(self) -> dict[str, Any]:
        """The `requests` part of the report, cheap enough to poll."""
        return self._books.counters.snapshot()

    @property
    def running(self) -> bool:
        """Whether requests are still sent or awaited."""
        return self._thread is not None and self._thread.is_alive()

    def audit(self, url: str | None = None, *, settle_seconds: float = 60.0) -> dict[str, Any]:
        """Re-read every acknowledged order, after `stop`; answers the counts that the report then holds under `orders`.

        Args:
            url: base URL to read through; the same way in when None.
            settle_seconds: how long to wait at most until every order was processed and every read was answered.
        """
        if self.running:
            raise RuntimeError("stop the traffic before the audit")
        reader = Client(url or self._url, timeout=self._timeout)
        self._audit = asyncio.run(audit(reader, self._books.memory, settle_seconds=settle_seconds))
        return self._audit

    def report(self) -> dict[str, Any]:
        """All figures as JSON, at any time: `requests` (see `Counters.snapshot`) and `orders`, with the audit's once it ran."""
        orders = self._books.memory.orders
        live = {
            "acknowledged": len(orders),
            "deleted": sum(known.gone == "deleted" for known in list(orders.values())),
            "unknown_creates": len(self._books.memory.unknown),
            "stale_reads": self._books.findings.counts["stale_reads"],
            "changed_reads": self._books.findings.counts["changed_reads"],
            "read_examples": {kind: list(ids) for kind, ids in self._books.findings.examples.items()},
        }
        return {"requests": self.requests(), "orders": live | self._audit}

    async def _run(self) -> None:
        async with Client(self._url, timeout=self._timeout) as client:
            behaviour = Behaviour(client, self._books, seed=self._seed, max_orders=self._max_orders)
            self._books.counters.begin()
            under_way: set[asyncio.Task[None]] = set()
            loop = asyncio.get_running_loop()
            begin = loop.time()
            number = 0
            while not self._stopping.is_set() and loop.time() < begin + self._max_seconds:
                due = begin + self._due(number)
                await asyncio.sleep(min(due - loop.time(), 0.2))
                if loop.time() < due:
                    continue  # woke only to look whether to stop
                number += 1
                if len(under_way) >= self._outstanding:
                    self._books.counters.hold_back()
                    continue
                task = loop.create_task(behaviour.once())
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                task.add_done_callback(self._note_failure)
            if under_way:
                await asyncio.wait(under_way)
            self._books.counters.end()

    def _due(self, number: int) -> float:
        """Seconds after the start at which a request leaves: the rate grows evenly during the ramp, then it is constant."""
        if number < self._rate * self._ramp / 2:
            return math.sqrt(2 * self._ramp * number / self._rate)
        return number / self._rate + self._ramp / 2

    def _note_failure(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken = error
            self._stopping.set()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
