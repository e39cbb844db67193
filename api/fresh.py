"""Documents that many ask for at once: read once, kept for a moment, sent with an ETag.

Lives here: one reader at a time for each document, however many wait, and 304 for who has it already. Hundreds of dashboards on
one run so cost the ledger two readings a second, and none of them holds a thread while it waits.
Never here: what a document says.
"""

import asyncio
import hashlib
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import azure.functions as func

Json = dict[str, Any]
Key = tuple[str, ...]
KEPT_SECONDS = 0.5
"""How old a document may be, counted from when its reading began."""
READERS = 4
"""Documents that are read at the same time. A ledger that hangs holds these threads; doors for people's words have others."""
MOST = 200
"""Documents that are kept; beyond it the oldest go."""


@dataclass(frozen=True)
class Sheet:
    """A document as it is sent."""

    body: bytes
    etag: str


class Kept:
    """Documents by key, each with the moment at which its reading began."""

    def __init__(self, seconds: float = KEPT_SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._readers = ThreadPoolExecutor(READERS, "reader")
        self._sheets: dict[Key, tuple[float, Future[Sheet]]] = {}

    def ask(self, key: Key, read: Callable[[], Sheet]) -> Future[Sheet]:
        """The document, or the reading of it that is under way; a reading that failed is not kept."""
        with self._lock:
            began, future = self._sheets.get(key, (0.0, None))
            if future is not None and (not future.done() or (self._young(began) and future.exception() is None)):
                return future
            future = self._readers.submit(read)
            self._sheets.pop(key, None)
            self._sheets[key] = (time.monotonic(), future)
            while len(self._sheets) > MOST:
                self._sheets.pop(next(iter(self._sheets)))
            return future

    def forget(self) -> None:
        """Read everything anew: the ledger was written."""
        with self._lock:
            self._sheets.clear()

    def _young(self, began: float) -> bool:
        return time.monotonic() - began < self._seconds


_KEPT = Kept()
forget = _KEPT.forget


async def fresh(
    request: func.HttpRequest, key: Key, read: Callable[[], Json], without: Callable[[Json], Json] = lambda document: document
) -> func.HttpResponse:
    """Answer with the document, or with 304 if the request's `If-None-Match` names it.

    Args:
        request: what was asked.
        key: names the document; the same key gives the same document.
        read: reads it from the ledger; may block, and its errors come through.
        without: leaves out what makes no difference. The ETag is a weak one (RFC 9110, 8.8.1): it is of what is left.
    """
    reading = asyncio.wrap_future(_KEPT.ask(key, lambda: _sheet(read(), without)))
    sheet = await asyncio.shield(reading)  # one who leaves must not end the reading for all who wait
    headers = {"ETag": sheet.etag, "Cache-Control": "no-cache"}
    if knows(request, sheet.etag):
        return func.HttpResponse(status_code=304, headers=headers)
    return func.HttpResponse(sheet.body, mimetype="application/json", headers=headers)


def knows(request: func.HttpRequest, etag: str) -> bool:
    """Whether the client has what the ETag names, by weak comparison (RFC 9110, 13.1.2)."""
    named = [one.strip().removeprefix("W/") for one in (request.headers.get("If-None-Match") or "").split(",")]
    return "*" in named or etag.removeprefix("W/") in named


def _sheet(document: Json, without: Callable[[Json], Json]) -> Sheet:
    told = hashlib.sha256(json.dumps(without(document), sort_keys=True).encode()).hexdigest()[:32]
    return Sheet(json.dumps(document).encode(), f'W/"{told}"')
