"""Changes of an S3 bucket brought to its blob container: the `Replication` of objects, by listings.

A pass lists both sides and takes a closer look where they differ: by size, or by ETag against the blob's MD5 (or against the
ETag that the copier kept with the blob); and at what is new since the pass before, as metadata may change and leave the ETag as
it is. Copying, removing and the closer look are the copier's own (copying.py, object_pair.py). A pass that finds nothing to do
has caught up with the moment it began.

Cost: a million objects take 1,000 list requests of S3 (0.005 USD) and as many of Blob Storage a pass, 2,000 when something
changed; and a HEAD of both sides for each key that is new, or falls into the same of 4,096 parts of the keys as a difference.
No setting of the bucket is changed. Event notifications (s3_events.py) spare listings of a bucket that is written all the time.

A position holds `since`, the moment (by the clock of S3) when the last whole pass began, and the unfinished `pass`.
"""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import boto3
from azure.core.credentials import TokenCredential

from adapters.records import Json
from adapters.replication import Changed, Delta
from adapters.states.blob_target import BlobContainer
from adapters.states.copying import copy_piece
from adapters.states.object_pair import ObjectPair, nameable
from adapters.states.parallel import in_parallel
from adapters.states.s3_source import Listed, S3Bucket
from adapters.states.survey import Entry, Key, Suspects, hash_of, survey
from adapters.states.touched import Touched

_MARGIN_SECONDS = 5
"""S3 tells times in whole seconds, and its machines may differ a little."""


class S3DeltaReplication:
    """A bucket (or the part of it below a prefix) and the container that takes its place.

    Args:
        prefix: empty for the whole bucket.
        blob_endpoint: URL of the Blob service.
    """

    def __init__(
        self,
        *,
        name: str,
        session: boto3.Session,
        source_bucket: str,
        prefix: str,
        blob_endpoint: str,
        container: str,
        credential: TokenCredential,
    ) -> None:
        self.name, self._prefix = name, prefix
        self._source = S3Bucket(session, source_bucket, prefix)
        self._target = BlobContainer(blob_endpoint, container, prefix, credential)

    def snapshot(self) -> Json:
        """Empty: nothing of the bucket is changed."""
        return {}

    def begin(self) -> Json:
        """The moment from which on objects count as new."""
        return {"since": self._source.clock(), "pass": None}

    def apply(self, position: Json, seconds: float) -> Delta:
        """Passes until one finds nothing to do, or the time is up; the survey at the start of a pass is not cut into pieces."""
        deadline = time.monotonic() + seconds
        since, current, applied, touched = position["since"], position["pass"], 0, Touched()
        while True:
            pair = _ListedPair(self._source, self._target, since - _MARGIN_SECONDS, touched)
            if current is None:
                current = {"began": self._source.clock(), "items": 0} | pair.survey()
            done = copy_piece(pair, 0, current["token"], max(0.0, deadline - time.monotonic()))
            applied, items = applied + done.items, current["items"] + done.items
            if done.token is None:
                since, current = current["began"], None
                if items == 0:
                    return Delta({"since": since, "pass": None}, applied, 0, 0.0, touched.keys, touched.whole)
            else:
                current |= {"token": done.token, "items": items}
            if time.monotonic() >= deadline:
                lag = max(0.001, self._source.clock() - since)
                return Delta({"since": since, "pass": current}, applied, None, lag, touched.keys, touched.whole)

    def bring(self, keys: Sequence[str]) -> int:
        """Make the target hold what the source holds for these keys now; how many it did not hold already."""
        return ObjectPair(self._source, self._target, 1).bring([key for key in keys if key.startswith(self._prefix)])

    def changed(self, position: Json, seconds: float) -> Changed:
        """Objects that S3 took from the second on in which the last pass began; deletions leave no object to be listed."""
        deadline, touched = time.monotonic() + seconds, Touched()
        for objects, _ in self._source.listing():
            touched.add(one.key for one in objects if one.modified.timestamp() >= position["since"])
            if not touched.whole or time.monotonic() >= deadline:
                return Changed(touched.keys, whole=False)
        return Changed(touched.keys, whole=True)

    def restore(self, before: Json) -> None:
        """Nothing was changed."""


class _ListedPair(ObjectPair):
    """Both sides as their listings tell them, as one shard.

    Args:
        recent: objects that S3 took at or after this moment (seconds since 1970) are looked at, whatever the listings tell.
        touched: is told what is written, removed, or looked at because it is new.
    """

    def __init__(self, source: S3Bucket, target: BlobContainer, recent: float, touched: Touched) -> None:
        super().__init__(source, target, 1)
        self._recent, self._touched = recent, touched

    def survey(self) -> Json:
        """The `token` with which a pass begins."""
        suspects = Suspects.between(*survey([self._listed_source], [self._listed_target]))
        return {"token": {"phase": "items", "after": None, "suspects": suspects.to_text(), "extras": bool(suspects)}}

    def source_pages(self, shard: int, after: Json | None) -> Iterator[tuple[list[Any], Json | None]]:  # noqa: ARG002
        """Objects as they are listed."""
        for objects, place in self._source.listing(after["key"] if after else None):
            yield objects, {"key": place} if place else None

    def write(self, page: list[Any], suspects: Suspects) -> tuple[int, int]:
        """Copy objects that differ, of those that are new or suspected."""
        wanted = [one for one in page if (one.key,) in suspects or self._new(one)]
        sizes = in_parallel(lambda one: self._transfer.to_target(nameable(one.key), fresh=False), wanted)
        written = [size for size in sizes if size is not None]
        self._touched.add(one.key for one, size in zip(wanted, sizes, strict=True) if size is not None or self._new(one))
        return len(written), sum(written)

    def remove_extras(self, keys: list[Key]) -> int:
        """Delete blobs of which S3 has no object."""
        extra = self.extras(keys)
        in_parallel(self._target.delete, extra)
        self._touched.add(extra)
        return len(extra)

    def _new(self, one: Listed) -> bool:
        return one.modified.timestamp() >= self._recent

    def _listed_source(self) -> Iterator[Entry]:
        for objects, _ in self._source.listing():
            for one in objects:
                yield (one.key,), hash_of((one.key,), f"{one.size} {one.etag}")

    def _listed_target(self) -> Iterator[Entry]:
        for blobs, _ in self._target.pages():
            for blob in blobs:
                facts = blob.facts
                yield (blob.name,), hash_of((blob.name,), f"{facts.size} {facts.etag or facts.md5}")
