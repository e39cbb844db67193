"""Forwards one request to one origin, unchanged, and says what went wrong when there is no answer.

Lives here: HTTP forwarding and the rule of when a request may be sent again. Never here: which origin.
"""

from types import TracebackType
from typing import Self

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientOSError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
    ServerTimeoutError,
    TCPConnector,
    hdrs,
    web,
)
from multidict import CIMultiDict
from yarl import URL

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})  # RFC 9110, section 9.2.2
CONNECT_SECONDS = 3.0
_OF_ONE_CONNECTION = frozenset(  # RFC 9110, section 7.6.1: never forwarded
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade"}
)
_NOT_TO_ORIGIN = _OF_ONE_CONNECTION | {"host", "content-length", "expect"}


class OriginFailed(Exception):
    """The origin gave no answer; `status` is what the client gets (502, or 504 after the timeout)."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def _without(headers: "CIMultiDict[str]", names: frozenset[str]) -> "CIMultiDict[str]":
    named = {name.strip().lower() for value in headers.getall(hdrs.CONNECTION, []) for name in value.split(",")}
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in names | named)


class Forwarder:
    """Keeps connections to the origins.

    Requests that may be repeated reuse connections. If one was closed by its origin meanwhile, as by a restart, the request
    goes out once more on a new connection. All others always get a new connection: on a reused one nobody could tell a
    request that was lost from one that was processed.

    Args:
        timeout: longest wait for a whole answer, in seconds.
    """

    def __init__(self, *, timeout: float) -> None:
        self._timeout = ClientTimeout(total=timeout, sock_connect=CONNECT_SECONDS)

    async def __aenter__(self) -> Self:
        self._reusing = self._session(TCPConnector(limit=0, keepalive_timeout=30))
        self._fresh = self._session(TCPConnector(limit=0, force_close=True))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._reusing.close()
        await self._fresh.close()

    async def forward(self, request: web.Request, base_url: str) -> web.Response:
        """The origin's answer: status, headers and body unchanged.

        Raises:
            OriginFailed: it refused the connection, broke it, or took too long.
        """
        body = await request.read()
        repeatable = request.method in IDEMPOTENT
        try:
            try:
                return await self._ask(self._reusing if repeatable else self._fresh, request, base_url, body)
            except ClientConnectorError:  # nothing was sent
                return await self._ask(self._fresh, request, base_url, body)
            except (ClientOSError, ServerDisconnectedError):
                if not repeatable:
                    raise
                return await self._ask(self._fresh, request, base_url, body)
        except (ServerTimeoutError, TimeoutError) as error:
            raise OriginFailed(504, "the origin did not answer in time") from error
        except ClientConnectorError as error:
            raise OriginFailed(502, "the origin refused the connection") from error
        except ClientError as error:
            raise OriginFailed(502, f"the origin broke the connection ({type(error).__name__})") from error

    async def _ask(self, session: ClientSession, request: web.Request, base_url: str, body: bytes) -> web.Response:
        headers = _without(CIMultiDict(request.headers), _NOT_TO_ORIGIN)
        headers["X-Forwarded-Host"] = request.host
        headers["X-Forwarded-Proto"] = request.scheme
        headers["X-Forwarded-For"] = ", ".join([*request.headers.getall("X-Forwarded-For", []), request.remote or "unknown"])
        url = URL(base_url.rstrip("/") + request.raw_path, encoded=True)
        async with session.request(request.method, url, headers=headers, data=body or None, allow_redirects=False) as answer:
            content = await answer.read()
            kept = _without(CIMultiDict(answer.headers), _OF_ONE_CONNECTION)
            if request.method != "HEAD":  # its length is that of the body it does not have
                kept.popall(hdrs.CONTENT_LENGTH, None)
            return web.Response(status=answer.status, reason=answer.reason, headers=kept, body=content)

    def _session(self, connector: TCPConnector) -> ClientSession:
        return ClientSession(
            connector=connector,
            timeout=self._timeout,
            auto_decompress=False,
            cookie_jar=DummyCookieJar(),  # cookies belong to the clients
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )
