"""One request and what came back, including nothing.

Lives here: HTTP. Never here: what an answer means for an order.
"""

import json
import time
from dataclasses import dataclass, replace
from typing import Any

import aiohttp

SERVED_BY = "x-served-by"


@dataclass(frozen=True, slots=True)
class Reply:
    """How one request ended.

    Attributes:
        status: the HTTP status as text, or `timeout`, `connection` (no answer) or `malformed` (a success without valid JSON).
        body: the JSON of the answer; None without one.
        served_by: the edge's word on who answered; empty when it said nothing.
        answered: when the answer, or the failure, came: epoch seconds.
    """

    status: str
    body: Any
    served_by: str
    answered: float

    @property
    def good(self) -> bool:
        """Whether the request succeeded."""
        return self.status.startswith("2")


def whole_order(reply: Reply) -> Reply:
    """The reply, as `malformed` if it claims success without an order in it."""
    needed = {"id", "version", "note", "processings", "signature"}
    if reply.good and not (isinstance(reply.body, dict) and needed <= reply.body.keys()):
        return replace(reply, status="malformed")
    return reply


class Client:
    """Requests against one base URL; open it in an `async with` block.

    Args:
        url: the base URL, without a slash at the end.
        timeout: seconds until a request counts as unanswered.
    """

    def __init__(self, url: str, *, timeout: float) -> None:
        self._url, self._timeout = url.rstrip("/"), timeout
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Client":
        limits = aiohttp.ClientTimeout(total=self._timeout)
        self._session = aiohttp.ClientSession(timeout=limits, connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, path: str, body: Any = None) -> Reply:
        """Send one request; never raises for what the network or the other side does."""
        if self._session is None:
            raise RuntimeError("use the client in an `async with` block")
        try:
            async with self._session.request(method, self._url + path, json=body) as response:
                text = await response.read()
                served_by = response.headers.get(SERVED_BY, "")
                return _reply(response.status, text, served_by)
        except TimeoutError:
            return Reply("timeout", None, "", time.time())
        except (aiohttp.ClientError, OSError):
            return Reply("connection", None, "", time.time())


def _reply(status: int, text: bytes, served_by: str) -> Reply:
    try:
        body = json.loads(text) if text else None
    except ValueError:
        return Reply("malformed" if status < 300 else str(status), None, served_by, time.time())
    return Reply(str(status), body, served_by, time.time())
