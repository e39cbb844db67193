"""Reads on `shadow`, compared with the other side; what differs is looked at once more before it counts.

Lives here: looking twice. Never here: mending; a difference is for people and for the agent to judge.

A read falls between the two halves of somebody's write now and then. So a difference counts only if two seconds later the
authority still holds the same, and the follower still does not.
"""

import logging
import random
from collections import deque
from dataclasses import dataclass
from time import monotonic

from bridge.book import MOST_DIFFERENCES
from bridge.ladder import Ladder
from bridge.lease import Lease
from bridge.pair import Pair
from bridge.side import Held

_log = logging.getLogger("bridge")
SECOND_LOOK = 2.0


@dataclass(frozen=True)
class _Seen:
    key: str
    digest: str
    due: float


class Comparison[V]:
    """Of one pair. `share`: of the reads on `shadow`, 0 to 1, that are compared."""

    def __init__(self, ladder: Ladder, pair: Pair[V], share: float) -> None:
        self._ladder, self._pair, self._share = ladder, pair, share
        self._seen: deque[_Seen] = deque(maxlen=MOST_DIFFERENCES)
        self._kept = 0
        if ladder.book is not None:
            ladder.chore(self.look_again)

    def see(self, lease: Lease, key: str, held: Held[V]) -> None:
        """Compare what the authority gave; never fails, and never changes the answer."""
        if lease.place.rung != "shadow" or random.random() >= self._share:  # noqa: S311  # it keeps no secret
            return
        side = self._pair.follower(lease)
        try:
            other = side.read(key) if side else held
        except Exception as error:
            _log.warning("bridge: %s %s was not compared: %s", self._pair.name, key, type(error).__name__)
            return
        self._ladder.tally.add(compared=1)
        if other.digest != held.digest:
            self._seen.append(_Seen(key, held.digest, monotonic() + SECOND_LOOK))

    def look_again(self) -> None:
        """The second look at what is due."""
        while self._seen and self._seen[0].due <= monotonic():
            seen = self._seen.popleft()
            with self._ladder.operation(write=False) as lease:
                side = self._pair.follower(lease)
                if lease.place.rung != "shadow" or side is None:
                    continue
                azure = self._pair.read(side, seen.key).digest
                aws = self._pair.read(self._pair.authority(lease), seen.key).digest
            if aws == seen.digest != azure:
                self._count(seen.key, aws, azure)

    def _count(self, key: str, aws: str, azure: str) -> None:
        self._ladder.tally.add(different=1)
        _log.warning("bridge: %s %s differs between both sides", self._pair.name, key)
        if self._kept < MOST_DIFFERENCES and self._ladder.book is not None:
            self._kept += 1
            self._ladder.book.differ(self._pair.name, key, aws, azure)
