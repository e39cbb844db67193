"""Copying a store to its target in pieces of bounded time: the order of work, whatever the stores are.

A first survey of both sides tells which buckets of keys differ, and only items in those are written. So a delta costs a reading
of each side and the writing of what changed; an empty target needs no survey. Then target items that the source does not have
are removed. Never here: a particular store, the way back (returning.py).
"""

import time
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from adapters.records import Json, Progress
from adapters.states.survey import Key, Suspects


class CopyPair(Protocol):
    """What copying needs of a pair of stores; pages are lists of bounded size, places are JSON."""

    def target_is_empty(self) -> bool:
        """Whether the target holds nothing at all."""
        ...

    def differences(self, shard: int) -> Suspects:
        """Buckets in which the sides differ; begun after the call."""
        ...

    def source_pages(self, shard: int, after: Json | None) -> Iterator[tuple[list[Any], Json | None]]:
        """The shard's items, with the place to go on from; None after the last page."""
        ...

    def write(self, page: list[Any], suspects: Suspects) -> tuple[int, int]:
        """Write those in the buckets; number and bytes."""
        ...

    def target_keys(self, shard: int, after: Any) -> Iterator[tuple[Sequence[Key], Any]]:
        """Keys among which this shard looks for extras."""
        ...

    def remove_extras(self, keys: list[Key]) -> int:
        """Delete those that the source, asked again, does not have; how many that were."""
        ...


def copy_piece(pair: CopyPair, shard: int, token: Json | None, seconds: float) -> Progress:
    """Copy for about `seconds`, at least a page; only the survey at the start of a shard is not cut into pieces.

    A token holds the phase (`items`, `extras`), the place in it, the buckets that differ, and whether extras may exist.
    """
    deadline = time.monotonic() + seconds
    if token is None:
        fresh = pair.target_is_empty()
        suspects = Suspects.everything() if fresh else pair.differences(shard)
        if not suspects:
            return Progress(0, 0, None)
        token = {"phase": "items", "after": None, "suspects": suspects.to_text(), "extras": not fresh}
    suspects = Suspects.from_text(token["suspects"])
    items = volume = 0
    if token["phase"] == "items":
        for page, after in pair.source_pages(shard, token["after"]):
            written = pair.write(page, suspects)
            items, volume = items + written[0], volume + written[1]
            if after is not None and time.monotonic() >= deadline:
                return Progress(items, volume, token | {"after": after})
        if not token["extras"]:
            return Progress(items, volume, None)
        token = token | {"phase": "extras", "after": None}
    for keys, after in pair.target_keys(shard, token["after"]):
        items += pair.remove_extras([key for key in keys if key in suspects])
        if after is not None and time.monotonic() >= deadline:
            return Progress(items, volume, token | {"after": after})
    return Progress(items, volume, None)
