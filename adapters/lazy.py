"""Objects that are made when they are first used. Never here: what they are."""

from collections.abc import Callable
from threading import RLock
from typing import Any, cast


class Workshop:
    """Hands out stand-ins, each of which turns into the real object at its first use; one at a time, whatever the thread.

    Clients of the AWS SDK take up to 100 ms each to make, and making them is not safe for threads; most activities use one.
    """

    def __init__(self) -> None:
        self._lock = RLock()

    def lazy[T](self, make: Callable[[], T]) -> T:
        """What behaves as `make()` does, for reading attributes and calling methods."""
        return cast(T, _Lazy(make, self._lock))


class _Lazy:
    def __init__(self, make: Callable[[], object], lock: RLock) -> None:
        self._make, self._lock = make, lock
        self._made: list[object] = []

    def __getattr__(self, name: str) -> Any:
        with self._lock:
            if not self._made:
                self._made.append(self._make())
        return getattr(self._made[0], name)
