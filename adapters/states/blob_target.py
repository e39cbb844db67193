"""The Azure side of a bucket's copy.

Lives here: calls of Blob Storage for one container. What is done for each object is sent by `StorageHttp`; listing and making
the container go through the SDK. Never here: S3, and which objects are copied.
Source: Blob service REST API: Put Blob, Put Block, Put Block List, Get Blob, Get Blob Properties, Delete Blob.
"""

import base64
import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import IO, Any
from urllib.parse import quote

import urllib3
from azure.core.credentials import TokenCredential
from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobProperties, ContainerClient

from adapters.azure.errors import azure_errors
from adapters.states.object_facts import KEPT_ETAG, PROPERTIES, Facts, from_azure_name, from_headers, to_azure_name
from adapters.states.storage_http import StorageHttp

PAGE = 1000
_BLOCK = 4 * 1024 * 1024
_BLOCKS = 50_000
_AHEAD = 2
"""Blocks of one object that are under way at once."""

Stream = IO[bytes] | urllib3.BaseHTTPResponse


class BlobContainer:
    """One container.

    Args:
        endpoint: URL of the Blob service.
        prefix: only blobs whose names begin with it exist here.
    """

    def __init__(self, endpoint: str, container: str, prefix: str, credential: TokenCredential) -> None:
        self._resource = f"blob container {container}"
        self._http = StorageHttp(endpoint, credential, self._resource)
        self._client = ContainerClient(endpoint, container, credential=credential)
        self._container, self._prefix = container, prefix

    def create(self) -> None:
        """Make the container unless it exists."""
        with azure_errors(self._resource), suppress(ResourceExistsError):
            self._client.create_container()

    def pages(self, marker: str | None = None, top: int = PAGE) -> Iterator[tuple[list["Listed"], str | None]]:
        """Names, times and facts, a page at a time, each with where the next one begins."""
        listing = self._client.list_blobs(name_starts_with=self._prefix or None, include=["metadata"], results_per_page=top)
        pages: Any = listing.by_page(continuation_token=marker)
        while True:
            with azure_errors(self._resource):
                page = next(pages, None)
                if page is None:
                    return
                blobs = [_listed(blob) for blob in page]
            yield blobs, pages.continuation_token or None

    def facts(self, key: str) -> Facts | None:
        """Facts as the service has them (their MD5 may be unknown), or None."""
        answer = self._http.ask("HEAD", self._path(key), good=(200, 404))
        return _facts(answer) if answer.status == 200 else None

    def open(self, key: str) -> tuple[Facts, urllib3.BaseHTTPResponse] | None:
        """Facts and bytes, unread; the caller reads to the end, or closes it."""
        answer = self._http.ask("GET", self._path(key), good=(200, 404), stream=True, decode_content=False)
        if answer.status == 404:
            answer.drain_conn()
            return None
        return _facts(answer), answer

    def put(self, key: str, facts: Facts, content: bytes, md5: bytes) -> None:
        """Write a small blob; the service checks the MD5."""
        checked = {"x-ms-blob-type": "BlockBlob", "content-md5": base64.b64encode(md5).decode()}
        self._http.ask("PUT", self._path(key), headers=_headers(facts, md5) | checked, body=content)

    def put_blocks(self, key: str, facts: Facts, stream: Stream) -> bytes:
        """Write a large blob in blocks, a few at a time; the MD5 of the whole. The service checks the MD5 of each block."""
        md5 = hashlib.md5(usedforsecurity=False)
        size = max(_BLOCK, -(-facts.size // _BLOCKS))
        ids: list[str] = []
        waiting: list[Future[None]] = []
        with ThreadPoolExecutor(_AHEAD) as pool:
            while block := stream.read(size):
                ids.append(base64.b64encode(f"{len(ids):06}".encode()).decode())
                waiting.append(pool.submit(self._put_block, key, ids[-1], block))
                md5.update(block)
                if len(waiting) == _AHEAD:
                    waiting.pop(0).result()
            for future in waiting:
                future.result()
        listing = "".join(f"<Latest>{one}</Latest>" for one in ids)
        body = f'<?xml version="1.0" encoding="utf-8"?><BlockList>{listing}</BlockList>'.encode()
        self._http.ask("PUT", self._path(key, "?comp=blocklist"), headers=_headers(facts, md5.digest()), body=body)
        return md5.digest()

    def delete(self, key: str) -> None:
        """Delete the blob and its snapshots; none is as well."""
        self._http.ask("DELETE", self._path(key), headers={"x-ms-delete-snapshots": "include"}, good=(202, 404))

    def _put_block(self, key: str, block_id: str, block: bytes) -> None:
        checked = base64.b64encode(hashlib.md5(block, usedforsecurity=False).digest()).decode()
        path = self._path(key, f"?comp=block&blockid={quote(block_id, safe='')}")
        self._http.ask("PUT", path, headers={"content-md5": checked}, body=block)

    def _path(self, key: str, query: str = "") -> str:
        return f"/{self._container}/{quote(key, safe='/')}{query}"


class Listed:
    """A blob in a listing."""

    def __init__(self, name: str, modified: datetime, facts: Facts) -> None:
        self.name, self.modified, self.facts = name, modified, facts


def _listed(blob: BlobProperties) -> Listed:
    settings = blob.content_settings
    md5 = bytes(settings.content_md5).hex() if settings.content_md5 else None
    properties = {name: getattr(settings, name) or "" for name in PROPERTIES}
    metadata = {from_azure_name(name): value or "" for name, value in (blob.metadata or {}).items()}
    etag = metadata.pop(KEPT_ETAG, None)
    return Listed(blob.name, blob.last_modified, Facts(blob.size, md5, **properties, metadata=metadata, etag=etag))


def _facts(answer: urllib3.BaseHTTPResponse) -> Facts:
    md5 = answer.headers.get("content-md5")
    digest = base64.b64decode(md5).hex() if md5 else None
    facts = from_headers(answer.headers, "x-ms-meta-", size=int(answer.headers["content-length"]), md5=digest)
    metadata = {from_azure_name(name): value for name, value in facts.metadata.items()}
    return replace(facts, metadata=metadata, etag=metadata.pop(KEPT_ETAG, None))


def _headers(facts: Facts, md5: bytes) -> dict[str, str]:
    found = {f"x-ms-blob-{name.replace('_', '-')}": getattr(facts, name) for name in PROPERTIES if getattr(facts, name)}
    kept = {KEPT_ETAG: facts.etag} if facts.etag else {}
    found |= {f"x-ms-meta-{to_azure_name(name)}": value for name, value in (*facts.metadata.items(), *kept.items())}
    return found | {"x-ms-blob-content-md5": base64.b64encode(md5).decode()}
