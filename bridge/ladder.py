"""Where this instance stands, and how everybody can know: heartbeats, readings of the place, operations that rely on it.

Lives here: who may begin, and under what. Never here: stores (pair.py), the table's layout (book.py).

A place may be acted on for VALID seconds from the beginning of the *heartbeat* that was written before the place was read. So
an instance that acts on a place has told of itself less than VALID seconds ago: whoever changes the place sees every instance
that may still act on the old one, and one that has told nothing for LAPSE seconds cannot act any more.
"""

import atexit
import logging
import os
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from time import monotonic
from typing import Self

from azure.core.credentials import TokenCredential

from bridge.book import Book
from bridge.errors import LadderUnknown, Superseded, WritesHeld
from bridge.lease import Lease, Tally
from bridge.place import VALID, Instance, Place

_log = logging.getLogger("bridge")
CLOSING = 2.0
"""Seconds to wait for what the background is at."""
_ALONE = Place("azure", producers="azure", schedules_from="0001-01-01T00:00:00+00:00")
"""Where an app stands that knows of no ladder: Azure alone."""


class Ladder:
    """Safe for concurrent use. Two daemon threads begin with `start`, or with the first operation; none without a book.

    Args:
        book: None: there is no ladder, everything is on Azure.
        poll: seconds between two readings of the place.
        valid: seconds for which a reading may be acted on; at most VALID, because the agent counts on that.
        patience: seconds that a write waits while writes are held.

    Raises:
        ValueError: `valid` is larger than VALID.
    """

    def __init__(self, book: Book | None, *, poll: float = 1.0, valid: float = VALID, patience: float = 20.0) -> None:
        if valid > VALID:
            raise ValueError(f"a reading may be valid for at most {VALID:g} seconds, not {valid:g}")
        self.book, self.tally, self.poll = book, Tally(), poll
        self.id = f"{os.environ.get('WEBSITE_INSTANCE_ID', '')[:40]}-{os.getpid()}-{uuid.uuid4().hex[:12]}".lstrip("-")
        self._valid, self._patience = valid, patience
        self._lease: Lease | None = None if book else Lease(_ALONE, float("inf"))
        self._older: list[Lease] = []
        self._state = threading.Condition()
        self._refreshing, self._wake, self._closed = threading.Lock(), threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self._chores: list[Callable[[], None]] = []

    @classmethod
    def from_environment(cls, settings: Mapping[str, str], credential: TokenCredential) -> Self:
        """As the app's settings BRIDGE_LADDER, BRIDGE_TABLE, BRIDGE_POLL, BRIDGE_VALID and BRIDGE_PATIENCE say."""
        url = settings.get("BRIDGE_LADDER")
        book = Book(url, settings.get("BRIDGE_TABLE", "bridge"), credential) if url else None
        seconds = {name: float(settings[f"BRIDGE_{name.upper()}"]) for name in _TIMES if f"BRIDGE_{name.upper()}" in settings}
        return cls(book, **seconds)

    def start(self) -> Self:
        """Begin to tell of this instance, in the background, until the process ends; nothing without a book."""
        with self._state:
            if self.book is not None and not self._threads:
                loops = {"bridge-ladder": self._keep_reading, "bridge-chores": self._keep_mending}
                self._threads = [threading.Thread(target=loop, name=name, daemon=True) for name, loop in loops.items()]
                for thread in self._threads:
                    thread.start()
                atexit.register(self.close)
        return self

    def close(self) -> None:
        """Take leave, if nothing is under way or owed; also done at exit. Without leave the agent compares both sides."""
        if self.book is None or self._closed.is_set():
            return
        atexit.unregister(self.close)
        self._closed.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(CLOSING)
        with self._refreshing, self._state:
            lease, self._lease = self._lease, None
            idle = not self._older and not (lease and lease.running) and not self.tally.owed()
        if self._threads and idle:
            try:
                self.book.forget([self.id])
            except Exception as error:
                _log.warning("bridge: no leave was taken: %s", type(error).__name__)

    def chore(self, deed: Callable[[], None]) -> None:
        """Have something done every `poll` seconds in a thread of its own; its errors are logged, and it is done again."""
        self._chores.append(deed)

    @contextmanager
    def operation(self, *, write: bool) -> Iterator[Lease]:
        """The place to act on, for as long as the block runs; a write waits while writes are held.

        Raises:
            LadderUnknown: the place is not known.
            WritesHeld: they were held for too long.
        """
        lease = self._enter(write)
        try:
            yield lease
        finally:
            self._leave(lease)

    def assure(self, lease: Lease) -> None:
        """Before every call that writes, and before an answer: the operation may go on.

        Raises:
            Superseded: its place has changed, too long ago.
            LadderUnknown: the place is not known.
        """
        if not lease.is_valid:
            self._valid_lease()
            if not lease.is_valid:
                raise Superseded

    def owns_firing(self, scheduled: datetime) -> bool:
        """Whether Azure runs the firing that a schedule meant for that moment (with an offset)."""
        with self.operation(write=False) as lease:
            return lease.place.owns_firing(scheduled)

    def _enter(self, write: bool) -> Lease:
        patient_until = monotonic() + self._patience
        while True:
            self._valid_lease()
            with self._state:
                lease = self._lease
                if lease is None or not lease.is_valid:
                    continue
                if not (write and lease.place.held):
                    lease.running += 1
                    return lease
                rest = patient_until - monotonic()
                if rest <= 0:
                    raise WritesHeld(f"writes have been held for {self._patience:g} seconds; try again")
                self._state.wait(min(rest, 1.0))

    def _leave(self, lease: Lease) -> None:
        with self._state:
            lease.running -= 1
            if lease in self._older and not lease.running:
                self._older.remove(lease)
                self._wake.set()  # the agent waits for that

    def _valid_lease(self) -> None:
        lease = self._lease
        if lease is not None and lease.is_valid:
            return
        self.start()
        with self._refreshing:
            if self._closed.is_set():
                raise LadderUnknown("this instance has taken leave")
            if (lease := self._lease) is None or not lease.is_valid:
                self._refresh()

    def _refresh(self) -> bool:
        """Heartbeat, then reading; whether the place has changed. Within `_refreshing`, so that readings keep their order."""
        assert self.book is not None  # noqa: S101  # without one the lease never ends
        began = monotonic()
        try:
            self.book.beat(self._told())
            place = self.book.place()
        except Exception as error:  # whatever it is, nobody may act on a guess
            raise LadderUnknown(f"the place on the ladder cannot be read: {type(error).__name__}") from error
        if place is None:
            raise LadderUnknown("nobody has said where to stand on the ladder; remove BRIDGE_LADDER, or let the agent say it")
        if monotonic() - began >= self._valid:
            raise LadderUnknown(f"telling of this instance and reading the place takes longer than {self._valid:g} seconds")
        with self._state:
            lease = self._lease
            if lease is not None and lease.place == place:
                lease.until = began + self._valid
                return False
            if lease is not None and lease.running:
                self._older.append(lease)
            self._lease = Lease(place, began + self._valid)
            self._state.notify_all()
            self._wake.set()  # told again at once: the agent waits for that
            return True

    def _told(self) -> Instance:
        with self._state:
            place = self._lease.place if self._lease else Place(number=0)
            unsettled = sum(lease.running for lease in self._older)
        tally = self.tally
        counts = (tally.compared, tally.different, tally.failed_halves, tally.owed())
        return Instance(self.id, place.number, place.rung if place.number else "", place.held, unsettled, *counts)

    def _keep_reading(self) -> None:
        failing = False
        while not self._closed.is_set():
            self._wake.clear()
            try:
                with self._refreshing:
                    self._refresh()
                failing = False
            except LadderUnknown as error:
                if not failing:
                    _log.warning("bridge: %s", error)
                failing = True
            held = self._lease is not None and self._lease.place.held
            self._wake.wait(self.poll / 4 if held else self.poll)

    def _keep_mending(self) -> None:
        while not self._closed.wait(self.poll):
            for deed in self._chores:
                try:
                    deed()
                except Exception:
                    _log.warning("bridge: mending failed and is tried again", exc_info=True)


_TIMES = ("poll", "valid", "patience")
