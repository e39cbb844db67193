"""A bucket and its container, as copying, surveys and the way back need them.

Lives here: both sides a shard at a time, and what is done for many objects. Never here: the order of work (copying.py,
returning.py), one object's bytes (object_transfer.py).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from adapters.errors import AdapterError
from adapters.records import Json
from adapters.states.blob_target import BlobContainer, Listed
from adapters.states.object_transfer import Transfer
from adapters.states.parallel import in_parallel
from adapters.states.s3_source import PAGE, S3Bucket
from adapters.states.survey import Entry, Key, Stream, Suspects, bucket_of, hash_of, survey


class ObjectPair:
    """Both sides. A shard holds the keys whose hash falls to it, so it is the same on both sides; each lists all keys."""

    def __init__(self, source: S3Bucket, target: BlobContainer, shards: int) -> None:
        self._source, self._target, self._shards = source, target, shards
        self._transfer = Transfer(source, target)

    def target_is_empty(self) -> bool:
        """Whether there is no blob below the prefix."""
        return not any(blobs for blobs, _ in self._target.pages(top=1))

    def items(self, shard: int) -> tuple[list[Stream], list[Stream]]:
        """Keys and hashes of the shard's objects, source and target."""
        return [lambda: self._source_items(shard)], [lambda: self._target_items(shard)]

    def differences(self, shard: int) -> Suspects:
        """Buckets of the shard in which sizes, MD5s, properties or metadata differ."""
        return Suspects.between(*survey(*self.items(shard)))

    def source_pages(self, shard: int, after: Json | None) -> Iterator[tuple[list[str], Json | None]]:
        """The shard's keys."""
        for keys, place in self._source.pages(after["key"] if after else None):
            yield [nameable(key) for key in keys if self._mine(key, shard)], {"key": place} if place else None

    def write(self, page: list[str], suspects: Suspects) -> tuple[int, int]:
        """Copy objects that differ; number and bytes."""
        wanted = [key for key in page if (key,) in suspects]
        sizes = in_parallel(lambda key: self._transfer.to_target(key, suspects.complete), wanted)
        written = [size for size in sizes if size is not None]
        return len(written), sum(written)

    def target_keys(self, shard: int, after: str | None) -> Iterator[tuple[list[Key], str | None]]:
        """The shard's keys in the target."""
        for blobs, place in self._target.pages(after):
            yield [(blob.name,) for blob in blobs if self._mine(blob.name, shard)], place

    def remove_extras(self, keys: list[Key]) -> int:
        """Delete blobs of which S3, asked again, has no object."""
        extra = self.extras(keys)
        in_parallel(self._target.delete, extra)
        return len(extra)

    def extras(self, keys: list[Key]) -> list[str]:
        """Those of which S3, asked again, has no object."""
        found = in_parallel(self._source.exists, [key for (key,) in keys])
        return [key for (key,), exists in zip(keys, found, strict=True) if not exists]

    def bring(self, keys: Sequence[str]) -> int:
        """Make the target hold what the source holds for these keys now; how many it did not hold already."""
        return sum(in_parallel(lambda key: self._transfer.renew(nameable(key)), keys))

    def looked_up(self, keys: Sequence[str]) -> Iterator[tuple[Key, int | None, int | None]]:
        """Hashes of single objects on both sides."""
        for some in batched(dict.fromkeys(keys), PAGE, strict=False):
            yield from in_parallel(self._both, some)

    def source_entries(self, shard: int, after: Json | None) -> Iterator[tuple[list[Entry], Json | None]]:
        """Keys and hashes of the shard's objects."""
        for keys, place in self.source_pages(shard, after):
            yield [entry for entry in in_parallel(self._source_entry, keys) if entry], place

    def changed(self, shard: int, since: datetime, after: str | None) -> Iterator[tuple[list[Listed], str | None]]:
        """The shard's blobs by Last-Modified, which has whole seconds."""
        begin = since.replace(microsecond=0)
        for blobs, place in self._target.pages(after):
            yield [blob for blob in blobs if blob.modified >= begin and self._mine(blob.name, shard)], place

    def put_back(self, page: list[Listed], overrule: bool) -> tuple[int, int, list[str]]:
        """Write whole objects."""
        done = in_parallel(lambda blob: self._put_back(blob, overrule), page)
        sizes = [size for size in done if size is not None and size >= 0]
        return len(sizes), sum(sizes), [blob.name for blob, size in zip(page, done, strict=True) if size == _CONFLICT]

    def key_differences(self, shard: int) -> Suspects:
        """Buckets of the shard in which keys differ."""
        keys = ([lambda: _bare(self.source_keys(shard, None))], [lambda: _bare(self.target_keys(shard, None))])
        return Suspects.between(*survey(*keys))

    def source_keys(self, shard: int, after: Json | None) -> Iterator[tuple[list[Key], Json | None]]:
        """The shard's keys in the source."""
        for keys, place in self.source_pages(shard, after):
            yield [(key,) for key in keys], place

    def missing(self, keys: list[Key]) -> list[Key]:
        """Asked for one by one, some at a time."""
        found = in_parallel(self._target.facts, [key for (key,) in keys])
        return [key for key, facts in zip(keys, found, strict=True) if facts is None]

    def delete_back(self, keys: list[Key]) -> None:
        """Delete objects."""
        self._source.delete([key for (key,) in keys])

    def _put_back(self, blob: Listed, overrule: bool) -> int | None:
        """Bytes written; None when both sides are the same already."""
        now = self._transfer.source_facts(blob.name)
        if now == self._transfer.target_facts(blob.name, blob.facts):
            return None
        return self._transfer.to_source(blob.name) if overrule or now is None else _CONFLICT

    def _source_items(self, shard: int) -> Iterator[Entry]:
        for entries, _ in self.source_entries(shard, None):
            yield from entries

    def _target_items(self, shard: int) -> Iterator[Entry]:
        for blobs, _ in self._target.pages():
            for blob in blobs:
                if self._mine(blob.name, shard) and (facts := self._transfer.target_facts(blob.name, blob.facts)):
                    yield (blob.name,), hash_of((blob.name,), facts.text)

    def _both(self, key: str) -> tuple[Key, int | None, int | None]:
        sides = (self._transfer.source_facts(nameable(key)), self._transfer.target_facts(key))
        one, other = (hash_of((key,), facts.text) if facts else None for facts in sides)
        return (key,), one, other

    def _source_entry(self, key: str) -> Entry | None:
        facts = self._transfer.source_facts(key)
        return ((key,), hash_of((key,), facts.text)) if facts else None

    def _mine(self, key: str, shard: int) -> bool:
        return bucket_of((key,)) % self._shards == shard


_CONFLICT = -1


def nameable(key: str) -> str:
    """The key, unless no URL can hold it: clients and servers resolve such parts."""
    if {".", ".."} & set(key.split("/")):
        raise AdapterError(
            "invalid", f"object {key} has a part `.` or `..`, which no URL of a blob can hold", "Rename the object."
        )
    return key


def _bare(pages: Iterator[tuple[list[Key], Any]]) -> Iterator[Entry]:
    for keys, _ in pages:
        for key in keys:
            yield key, hash_of(key)
