"""What an operation relies on, and what an instance counts for its heartbeats.

Lives here: both as plain objects. Never here: who may begin (ladder.py).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from bridge.place import Place


@dataclass(eq=False)
class Lease:
    """A place, until when (monotonic clock, seconds) it may be acted on, and how many operations do."""

    place: Place
    until: float
    running: int = 0

    @property
    def is_valid(self) -> bool:
        """Whether it may still be acted on."""
        return monotonic() < self.until


@dataclass
class Tally:
    """What heartbeats tell beside the place; the fields are those of Instance. `debtors`: tell how many repairs are open."""

    compared: int = 0
    different: int = 0
    failed_halves: int = 0
    debtors: list[Callable[[], int]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, **counts: int) -> None:
        """Count up."""
        with self.lock:
            for name, count in counts.items():
                setattr(self, name, getattr(self, name) + count)

    def owed(self) -> int:
        """How many repairs are open."""
        return sum(debtor() for debtor in self.debtors)
