"""Sharing one costly reading between callers that ask for it at the same time.

Never here: what is read, or an answer that was begun before somebody asked: nobody gets a stale one.
"""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock


class Coalesced[T]:
    """Calls `work`; those who ask while a run waits for the one before it share that run."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._running, self._joining = Lock(), Lock()
        self._next: Future[T] | None = None

    def __call__(self) -> T:
        """The result of a run that began after this call; its exception is raised for everybody who shares it."""
        with self._joining:
            mine, leader = self._next or Future[T](), self._next is None
            self._next = mine
        if leader:
            with self._running:
                with self._joining:
                    self._next = None
                try:
                    mine.set_result(self._work())
                except BaseException as error:
                    mine.set_exception(error)
        return mine.result()
