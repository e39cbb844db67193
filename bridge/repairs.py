"""Halves that are owed: kept durably before the operation is answered, mended in the background.

Lives here: debts of this process and of those that ended. Never here: how a key is mended (pair.py).
"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

from bridge.book import Book, Repair
from bridge.calls import repeated
from bridge.ladder import Ladder
from bridge.lease import Lease

_log = logging.getLogger("bridge")
ABANDONED = timedelta(seconds=10)
"""A debt as old as that may be mended by anybody."""


class Repairs:
    """Of one store.

    Args:
        store: its name.
        follow: lets the follower hold what the authority holds under a key.
    """

    def __init__(self, ladder: Ladder, store: str, follow: Callable[[Lease, str], None]) -> None:
        self._ladder, self._store, self._follow = ladder, store, follow
        self._own: dict[str, Repair] = {}
        self._lock = threading.Lock()
        self._keeping = [threading.Lock() for _ in range(64)]  # by key, as each is held during a call
        self._looked = monotonic()
        if ladder.book is not None:
            ladder.tally.debtors.append(lambda: len(self._own))
            ladder.chore(self.mend)

    def owe(self, key: str, error: BaseException) -> None:
        """Keep durably that the key is owed its second half.

        Raises:
            azure.core.exceptions.AzureError: it could not be kept; heartbeats tell of it for as long as this process lives.
        """
        why = f"{type(error).__name__}: {error}"[:500]
        debt = Repair(self._store, key, why)
        with self._lock:
            self._own[key] = debt
        self._ladder.tally.add(failed_halves=1)
        _log.warning("bridge: %s %s is owed its second half: %s", self._store, key, why)
        self._keep(debt)

    def mend(self) -> None:
        """Try every debt of this process once, and now and then those that nobody else has mended.

        Held writes do not stop a process from mending its own, as a handover waits until nothing is owed. What others owed is
        left alone then: two may be at it, and the slower one would not know that nothing is owed any more.
        """
        with self._lock:
            due = list(self._own.values())
        for debt in [*due, *self._abandoned()]:
            try:
                self._mend(debt if debt.tag else self._keep(debt), own=debt in due)
            except Exception as error:
                _log.warning("bridge: %s %s is still owed: %s", self._store, debt.key, type(error).__name__)

    def _mend(self, debt: Repair, *, own: bool) -> None:
        with self._ladder.operation(write=False) as lease:
            if lease.place.held and not own:
                return
            self._follow(lease, debt.key)
        self._book.settle(debt)  # if the row was written anew meanwhile, it stays: whoever did so mends it
        with self._lock:
            if self._own.get(debt.key) == debt:
                del self._own[debt.key]

    def _keep(self, debt: Repair) -> Repair:
        with self._keeping[hash(debt.key) % len(self._keeping)]:
            known = self._own.get(debt.key)
            if known is None or known.tag:
                return known or debt  # somebody else here kept it after it was noted, or has mended it already
            kept = repeated(lambda: self._book.owe(debt), safe=True)
            with self._lock:
                if self._own.get(debt.key) is debt:
                    self._own[debt.key] = kept
            return kept

    @property
    def _book(self) -> Book:
        if self._ladder.book is None:
            raise ValueError("there is no second half without a ladder")
        return self._ladder.book

    def _abandoned(self) -> list[Repair]:
        if monotonic() - self._looked < ABANDONED.total_seconds() / 2:
            return []
        self._looked = monotonic()
        return [
            debt for debt in self._book.owed(older_than=ABANDONED) if debt.store == self._store and debt.key not in self._own
        ]
