"""Comparing two large sets of items in one pass over each and with little memory, whatever their size.

Every key falls into one of 4,096 buckets by its hash; a side is told by the number of its items and the sum of their hashes a
bucket, so the order in which items come does not matter. Sides with equal sums hold the same; where they differ, only the keys
of the buckets that differ need a second look. Never here: where items come from.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Self

from adapters.records import Comparison, Digest

BUCKETS = 4096
NAMED = 100
"""Keys that a comparison of single items names at most."""
_MODULUS = 2**256
_HELD = 20_000
"""Keys a side that a closer look holds at once; a single bucket may exceed it."""

Key = tuple[str, ...]
Entry = tuple[Key, int]
"""A key and the hash of its item, 0 <= hash < 2**256."""
Stream = Callable[[], Iterator[Entry]]
"""Reads a part of one side, from the start each time it is called."""


def shown(key: Key) -> str:
    """The key as people read it; no part of a key with several parts holds a slash, so it can be read back."""
    return " / ".join(key) if any(key[1:]) else key[0]


def bucket_of(key: Key) -> int:
    """Number of the bucket that a key falls into."""
    return int.from_bytes(hashlib.sha256("\0".join(key).encode()).digest()[:2]) % BUCKETS


def hash_of(key: Key, content: str = "") -> int:
    """Hash of an item from its key and its canonical content; the key alone when only presence matters."""
    return int.from_bytes(hashlib.sha256("\0".join((*key, content)).encode()).digest())


@dataclass
class Tally:
    """Number and hash sum of the items in each bucket of one side."""

    counts: list[int] = field(default_factory=lambda: [0] * BUCKETS)
    sums: list[int] = field(default_factory=lambda: [0] * BUCKETS)

    def add(self, entries: Iterable[Entry]) -> Self:
        """Count them in."""
        for key, value in entries:
            bucket = bucket_of(key)
            self.counts[bucket] += 1
            self.sums[bucket] = (self.sums[bucket] + value) % _MODULUS
        return self

    def merge(self, other: "Tally") -> None:
        """Count in another part of the same side."""
        self.counts = [one + two for one, two in zip(self.counts, other.counts, strict=True)]
        self.sums = [(one + two) % _MODULUS for one, two in zip(self.sums, other.sums, strict=True)]

    @property
    def digest(self) -> Digest:
        """The whole side in one number."""
        return digest(sum(self.counts), sum(self.sums))


def digest(items: int, total: int) -> Digest:
    """A digest from a number of items and the sum of their hashes."""
    return Digest(items, f"{total % _MODULUS:064x}")


def tally(streams: Sequence[Stream]) -> Tally:
    """Read all parts of one side, side by side."""
    total = Tally()
    with ThreadPoolExecutor(max(1, len(streams))) as pool:
        for part in pool.map(lambda stream: Tally().add(stream()), streams):
            total.merge(part)
    return total


def survey(source: Sequence[Stream], target: Sequence[Stream]) -> tuple[Tally, Tally]:
    """Read both sides at the same time, each once."""
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(tally, target)
        return tally(source), other.result()


class Suspects:
    """The buckets in which two sides differ; small enough to travel in a token."""

    def __init__(self, buckets: Iterable[int]) -> None:
        self._buckets = frozenset(buckets)

    @classmethod
    def everything(cls) -> "Suspects":
        """All buckets."""
        return cls(range(BUCKETS))

    @classmethod
    def between(cls, one: Tally, other: Tally) -> "Suspects":
        """Those that differ in number or hash sum."""
        pairs = zip(zip(one.counts, one.sums, strict=True), zip(other.counts, other.sums, strict=True), strict=True)
        return cls(number for number, (left, right) in enumerate(pairs) if left != right)

    @classmethod
    def from_text(cls, text: str) -> "Suspects":
        """The opposite of `to_text`."""
        bits = int.from_bytes(base64.b64decode(text))
        return cls(number for number in range(BUCKETS) if bits >> number & 1)

    def to_text(self) -> str:
        """684 characters of ASCII."""
        return base64.b64encode(sum(1 << number for number in self._buckets).to_bytes(BUCKETS // 8)).decode()

    def __contains__(self, key: Key) -> bool:
        return bucket_of(key) in self._buckets

    @property
    def complete(self) -> bool:
        """Whether all buckets are in it."""
        return len(self._buckets) == BUCKETS

    def __bool__(self) -> bool:
        return bool(self._buckets)

    def in_portions(self, one: Tally, other: Tally) -> Iterator["Suspects"]:
        """The buckets in groups that are small enough to hold the keys of."""
        portion: list[int] = []
        held = 0
        for number in sorted(self._buckets):
            keys = max(one.counts[number], other.counts[number])
            if portion and held + keys > _HELD:
                yield Suspects(portion)
                portion, held = [], 0
            portion.append(number)
            held += keys
        if portion:
            yield Suspects(portion)


def matched(items: Iterable[tuple[Key, int | None, int | None]]) -> Comparison:
    """Items by key, with the hash that each side has for it (None: it has none)."""
    counts, sums = [0, 0], [0, 0]
    differing: list[str] = []
    for key, *hashes in items:
        for side, value in enumerate(hashes):
            counts[side] += value is not None
            sums[side] += value or 0
        if hashes[0] != hashes[1] and len(differing) < NAMED:
            differing.append(shown(key))
    return Comparison(digest(counts[0], sums[0]), digest(counts[1], sums[1]), tuple(differing))


def compared(source: Sequence[Stream], target: Sequence[Stream], named: int) -> Comparison:
    """Both sides of a shard. Equal sides are read once; when they differ they are read again, to name some keys."""
    one, other = survey(source, target)
    if one.digest == other.digest:
        return Comparison(one.digest, other.digest)
    found: list[Key] = []
    for portion in Suspects.between(one, other).in_portions(one, other):
        left, right = (
            {key: value for stream in side for key, value in stream() if key in portion} for side in (source, target)
        )
        found += sorted(key for key in left.keys() | right.keys() if left.get(key) != right.get(key))
        if len(found) >= named:
            break
    return Comparison(one.digest, other.digest, tuple(map(shown, found[:named])))
