"""A book and sides in memory, which can be slowed down and made to fail where a test wants it.

Lives here: the doubles. Never here: assertions.
"""

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.book import Book, Repair
from bridge.place import Instance, Place
from bridge.side import Held


class MemoryBook(Book):
    """The same rows, in this process. `fails`: while set, every call raises it."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[Any, Any]] = {"instances": {}, "repairs": {}, "differences": {}}
        self.there: Place | None = None
        self.fails: Exception | None = None
        self._lock, self._tags = threading.RLock(), 0
        self.beats: list[Instance] = []

    def _now(self) -> datetime:
        if self.fails is not None:
            raise self.fails
        return datetime.now(UTC)

    def place(self) -> Place | None:
        self._now()
        return self.there

    def now(self) -> datetime:
        return self._now()

    def change(self, **changes: Any) -> Place:
        with self._lock:
            known = self.there
            if known and replace(known, **changes) == known:
                return known
            number = known.number + 1 if known else 1
            self.there = replace(known or Place(), **changes, number=number, changed=self._now())
            return self.there

    def instances(self) -> list[Instance]:
        with self._lock:
            return list(self.rows["instances"].values())

    def beat(self, instance: Instance) -> None:
        with self._lock:
            self.rows["instances"][instance.id] = replace(instance, seen=self._now())
            self.beats.append(instance)

    def forget(self, ids: Iterable[str]) -> None:
        for identity in ids:
            self.rows["instances"].pop(identity, None)

    def repairs(self) -> int:
        return len(self.rows["repairs"])

    def owed(self, *, older_than: timedelta = timedelta(0)) -> list[Repair]:
        latest = self._now() - older_than
        with self._lock:
            return [debt for debt in self.rows["repairs"].values() if debt.since <= latest]

    def owe(self, repair: Repair) -> Repair:
        with self._lock:
            self._tags += 1
            kept = replace(repair, tag=str(self._tags), since=self._now())
            self.rows["repairs"][repair.store, repair.key] = kept
            return kept

    def settle(self, repair: Repair) -> bool:
        with self._lock:
            known = self.rows["repairs"].get((repair.store, repair.key))
            if known is not None and known.tag != repair.tag:
                return False
            self.rows["repairs"].pop((repair.store, repair.key), None)
            return True

    def differences(self) -> list[dict[str, Any]]:
        return list(self.rows["differences"].values())

    def differ(self, store: str, key: str, aws: str, azure: str) -> None:
        self.rows["differences"][store, key] = {"store": store, "key": key, "aws": aws, "azure": azure}


class MemorySide:
    """A store of texts.

    Args:
        conditional: whether writes look at what was read, as a store without conditional writes does not.
        jitter: longest wait before and after each call, seconds; others get their turn there.
    """

    def __init__(self, *, conditional: bool = True, jitter: float = 0.0) -> None:
        self.values: dict[str, tuple[str, int]] = {}
        self.fails: Exception | None = None
        self.writes, self.reads = 0, 0
        self.meanwhile: Callable[[], None] = lambda: None
        self._conditional, self._jitter, self._count = conditional, jitter, 1000
        self._lock = threading.Lock()

    def digest(self, value: str | None) -> str:
        return "" if value is None else hashlib.sha256(value.encode()).hexdigest()

    def read(self, key: str) -> Held[str]:
        self._turn()
        with self._lock:
            self.reads += 1
            value, tag = self.values.get(key, (None, 0))
        self._turn()
        return Held(value, self.digest(value), tag)

    def write(self, key: str, value: str | None, held: Held[str]) -> bool:
        self._turn()
        self.meanwhile()
        with self._lock:
            self.writes += 1
            if self._conditional and self.values.get(key, (None, 0))[1] != (held.tag or 0):
                return False
            self._count += 1
            if value is None:
                self.values.pop(key, None)
            else:
                self.values[key] = (value, self._count)
        self._turn()
        return True

    def value(self, key: str) -> str | None:
        """What is there, without a call."""
        return self.values.get(key, (None, 0))[0]

    def some(self, limit: int) -> list[str]:
        return [value for value, _ in list(self.values.values())[:limit]]

    def iterate(self) -> Iterator[str]:
        yield from self.some(len(self.values))

    def _turn(self) -> None:
        if self.fails is not None:
            raise self.fails
        if self._jitter:
            time.sleep(random.random() * self._jitter)  # noqa: S311


def until(right: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + seconds
    while not right():
        assert time.monotonic() < deadline, "it did not become so in time"
        time.sleep(0.005)
