"""S3 bucket to blob container: the `StateStore` of objects.

Lives here: the port, put together from its parts. Never here: their work.
"""

from collections.abc import Sequence
from contextlib import suppress

import boto3
from azure.core.credentials import TokenCredential

from adapters.errors import NotFound
from adapters.records import Comparison, Json, Progress, WriteBackRules
from adapters.states.blob_target import BlobContainer
from adapters.states.copying import copy_piece
from adapters.states.object_pair import ObjectPair
from adapters.states.parallel import in_parallel
from adapters.states.returning import write_back_piece
from adapters.states.s3_source import S3Bucket
from adapters.states.survey import NAMED, compared, matched


class S3BlobStore:
    """A bucket (or the part of it below a prefix) and the blob container that takes its place; a blob is named as its object.

    Bytes, HTTP properties and metadata are carried (see `object_facts.py`); current versions only. Comparison needs a request
    for each S3 object, as listings do not tell metadata, and reads objects whose MD5 S3 does not know (put in parts, or
    encrypted with a key of KMS).

    Args:
        prefix: empty for the whole bucket.
        blob_endpoint: URL of the Blob service.
        shards: parts by hash of the key, the same on both sides.
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
        shards: int,
    ) -> None:
        self.name, self.shards = name, shards
        self._source = S3Bucket(session, source_bucket, prefix)
        self._target = BlobContainer(blob_endpoint, container, prefix, credential)
        self._pair = ObjectPair(self._source, self._target, shards)

    def count(self) -> tuple[int, int]:
        """Objects in the source by listing them, and blobs: exact up to 1,000, then at least 1,000."""
        found = 0
        with suppress(NotFound):  # a container that is not made yet holds nothing
            for blobs, _ in self._target.pages():
                found += len(blobs)
                if found >= 1000:
                    break
        return sum(len(keys) for keys, _ in self._source.pages()), found

    def prepare(self) -> None:
        """Make the container if it is missing."""
        self._target.create()

    def copy(self, shard: int, token: Json | None, seconds: float) -> Progress:
        """Copy what differs in a shard, and remove extra blobs."""
        return copy_piece(self._pair, shard, token, seconds)

    def compare(self, shard: int, named: int = NAMED) -> Comparison:
        """Both sides of a shard."""
        return compared(*self._pair.items(shard), named)

    def compare_keys(self, keys: Sequence[str]) -> Comparison:
        """Objects by key: a HEAD of each side, and a reading where a side does not know the MD5."""
        return matched(self._pair.looked_up(keys))

    def write_back(self, shard: int, rules: WriteBackRules, token: Json | None, seconds: float) -> Progress:
        """Bring the shard's changes and deletions back."""
        return write_back_piece(self._pair, shard, rules, token, seconds)

    def clear_target(self) -> None:
        """Delete all blobs below the prefix; a missing container has none."""
        with suppress(NotFound):
            for blobs, _ in self._target.pages():
                in_parallel(self._target.delete, [blob.name for blob in blobs])
