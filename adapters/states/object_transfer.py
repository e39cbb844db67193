"""Carrying one object from S3 to Blob Storage or back, with its MD5 checked on the way.

Never here: which objects are carried.
"""

import hashlib
from dataclasses import replace
from threading import BoundedSemaphore
from typing import IO, cast

import urllib3

from adapters.errors import AdapterError
from adapters.states.blob_target import BlobContainer
from adapters.states.object_facts import Facts
from adapters.states.s3_source import S3Bucket, md5_of, unreachable

_SMALL = 4 * 1024 * 1024
"""Objects up to this size are held in memory; larger ones go through in blocks, four objects at a time."""
_LARGE_AT_ONCE = 4


class Transfer:
    """Safe for concurrent use; memory is bounded by the number of threads times 4 MiB, whatever the size of the objects."""

    def __init__(self, source: S3Bucket, target: BlobContainer) -> None:
        self._source, self._target = source, target
        self._large = BoundedSemaphore(_LARGE_AT_ONCE)

    def source_facts(self, key: str) -> Facts | None:
        """Facts of the S3 object, its MD5 included; None when there is none."""
        return self._source.facts(key)

    def target_facts(self, key: str, listed: Facts | None = None) -> Facts | None:
        """Facts of the blob, its MD5 included, for which it is read if the service does not know; None when there is none."""
        facts = listed or self._target.facts(key)
        if facts is None or facts.md5:
            return facts
        opened = self._target.open(key)
        return replace(facts, md5=md5_of(opened[1])) if opened else None

    def to_target(self, key: str, fresh: bool) -> int | None:
        """Copy the object; its bytes, or None when there was nothing to do.

        Args:
            fresh: whether the blob need not be looked at first, as there was none.
        """
        if not fresh and self._source.facts(key) == self.target_facts(key):
            return None
        opened = self._source.open(key)
        return self._carry(key, *opened) if opened else None

    def renew(self, key: str) -> bool:
        """Let the blob be what the object is now, or be gone; whether it was otherwise. Asks each side once, then writes."""
        there = self._target.facts(key)
        opened = self._source.open(key)
        if opened is None:
            if there is not None:
                self._target.delete(key)
            return there is not None
        facts, stream = opened
        if facts.md5 is None or facts != there:
            self._carry(key, facts, stream)
            return True
        if facts.size <= _SMALL:
            stream.drain_conn()
        stream.close()
        stream.release_conn()
        return False

    def _carry(self, key: str, facts: Facts, stream: urllib3.BaseHTTPResponse) -> int:
        """Write what is read of an object; its bytes."""
        try:
            if facts.size > _SMALL:
                with self._large:
                    md5 = self._target.put_blocks(key, facts, stream)
            else:
                content = stream.read()
                md5 = hashlib.md5(content, usedforsecurity=False).digest()
                self._check(key, facts.md5, md5.hex())
                self._target.put(key, facts, content, md5)
        except urllib3.exceptions.HTTPError as error:
            raise unreachable(f"S3 object {key}", error) from None
        finally:
            stream.release_conn()
        self._check(key, facts.md5, md5.hex())
        return facts.size

    def to_source(self, key: str) -> int:
        """Write the blob back to S3; its bytes. A blob that is gone by now is none of its business."""
        opened = self._target.open(key)
        if opened is None:
            return 0
        facts, stream = opened
        reader = _Md5Reader(stream)
        try:
            self._source.put(key, facts, cast("IO[bytes]", reader))
        except urllib3.exceptions.HTTPError as error:
            raise unreachable(f"blob {key}", error) from None
        finally:
            stream.release_conn()
        self._check(key, facts.md5, reader.md5.hexdigest())
        return facts.size

    def _check(self, key: str, told: str | None, found: str) -> None:
        if told is not None and told != found:
            raise AdapterError(
                "unexpected",
                f"object {key}: MD5 {found} was read, but the store tells {told}",
                "Copy again; if it stays so, the object is damaged in its store or was changed while it was read.",
            )


class _Md5Reader:
    """A readable that hashes what goes through it."""

    def __init__(self, stream: urllib3.BaseHTTPResponse) -> None:
        self._stream = stream
        self.md5 = hashlib.md5(usedforsecurity=False)

    def read(self, size: int = -1) -> bytes:
        """The next bytes; all that are left when no size is given."""
        chunk = self._stream.read(None if size < 0 else size)
        self.md5.update(chunk)
        return chunk
