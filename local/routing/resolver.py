"""A caching resolver: an answer is used until its TTL has run out, as the resolvers of clients do.

Lives here: when to ask again. Never here: what is asked, and what is done with the answer.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from local.routing.records import NoRecords, Record

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """Records as they were at `read_at` (epoch seconds)."""

    records: tuple[Record, ...]
    read_at: float


class Resolver:
    """Answers from its cache, and reads again when the TTL of the records has run out.

    When a read fails, the old answer stays in use (RFC 8767) and the next read waits for `floor`.

    Args:
        read: reads the records; called in a thread.
        floor: shortest time between two reads, in seconds, whatever the TTL says.
        most: longest time between two reads; a name server knows a change at once, whatever it tells clients to keep.
    """

    def __init__(self, read: Callable[[], Sequence[Record]], *, floor: float, most: float = math.inf) -> None:
        self._read, self._floor, self._most = read, floor, most
        self._answer: Answer | None = None
        self._problem: Exception = NoRecords("not read yet")
        self._good_until = 0.0
        self._reading = asyncio.Lock()

    async def answer(self) -> Answer:
        """The current answer. Raises NoRecords when none was ever read."""
        if time.monotonic() >= self._good_until:
            async with self._reading:
                if time.monotonic() >= self._good_until:
                    await self._refresh()
        if self._answer is None:
            raise NoRecords(str(self._problem)) from self._problem
        return self._answer

    async def _refresh(self) -> None:
        try:
            records = tuple(await asyncio.to_thread(self._read))
        except (NoRecords, BotoCoreError, ClientError) as problem:
            self._problem = problem
            self._good_until = time.monotonic() + self._floor
            log.warning("the records could not be read: %s", problem)
            return
        self._answer = Answer(records, time.time())
        self._good_until = time.monotonic() + max(self._floor, min(self._most, *(record.ttl for record in records)))
