"""The public port of one site: it stays open while the process behind it is exchanged, as App Service's front ends do.

A request is forwarded to the current backend, held for a while when there is none for the moment, or refused. Never here: why.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

HOLD_SECONDS = 60.0
_HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
_KEEP_ALIVE_SECONDS = 2.0  # shorter than any server's, so that no request meets a connection that is being closed


class Front:
    """A reverse proxy on one port of 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.fault: Callable[[], Awaitable[web.Response | None]] | None = None
        """Asked before each request; what it answers is the answer."""
        self.answered: Callable[[int, float], None] | None = None
        """Told the status of each answer, and the seconds it took."""
        self._backend: int | None = None
        self._refusal: tuple[int, str] | None = (503, "The service is unavailable.")
        self._opened = asyncio.Event()
        self._opened.set()
        self._in_flight: dict[int, int] = defaultdict(int)
        self._moved = asyncio.Condition()
        self._client: aiohttp.ClientSession | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the port is taken.
        """
        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_SECONDS),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
        )
        server = web.Server(self._handle, access_log=None)
        self._server = await asyncio.get_running_loop().create_server(server, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """Close the port."""
        self._opened.set()
        if self._server:
            self._server.close()
        if self._client:
            await self._client.close()

    def serve(self, backend: int) -> None:
        """Forward to a process's port from now on; requests that were held go there."""
        self._backend, self._refusal = backend, None
        self._opened.set()

    def hold(self) -> None:
        """Let new requests wait, at most a minute, until `serve` or `refuse`."""
        self._backend, self._refusal = None, None
        self._opened.clear()

    def refuse(self, status: int, text: str) -> None:
        """Answer every request with a status and a line of text."""
        self._backend, self._refusal = None, (status, text)
        self._opened.set()

    async def drained(self, backend: int, patience: float) -> bool:
        """Wait until no request is being answered by a backend; whether that came true within `patience` seconds."""
        try:
            async with asyncio.timeout(patience), self._moved:
                await self._moved.wait_for(lambda: self._in_flight[backend] == 0)
        except TimeoutError:
            return False
        return True

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        began = time.monotonic()
        answer = await self._answer(request)
        if self.answered:
            self.answered(answer.status, time.monotonic() - began)
        return answer

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            async with asyncio.timeout(HOLD_SECONDS):
                while self._backend is None and self._refusal is None:
                    await self._opened.wait()
        except TimeoutError:
            return web.Response(status=503, text="The service is unavailable.")
        struck = await self.fault() if self.fault else None
        if struck is not None:
            return struck
        backend = self._backend
        if backend is None:
            status, text = self._refusal or (503, "The service is unavailable.")
            return web.Response(status=status, text=text)
        self._in_flight[backend] += 1
        try:
            return await self._forward(request, backend)
        finally:
            async with self._moved:
                self._in_flight[backend] -= 1
                self._moved.notify_all()

    async def _forward(self, request: web.BaseRequest, backend: int) -> web.StreamResponse:
        if self._client is None:
            raise RuntimeError("the front has not been started")
        headers = _end_to_end(request.headers.items())
        headers["X-Forwarded-For"] = request.remote or "127.0.0.1"
        headers["X-Forwarded-Proto"] = "http"
        url = URL(f"http://127.0.0.1:{backend}{request.raw_path}", encoded=True)
        body = request.content if request.body_exists else None
        try:
            async with self._client.request(
                request.method,
                url,
                headers=headers,
                data=body,
                allow_redirects=False,
                skip_auto_headers=("User-Agent", "Accept"),
            ) as upstream:
                answer = web.StreamResponse(status=upstream.status, reason=upstream.reason)
                answer.headers.extend(_end_to_end(upstream.headers.items()))
                await answer.prepare(request)
                async for chunk in upstream.content.iter_any():
                    await answer.write(chunk)
                await answer.write_eof()
                return answer
        except aiohttp.ClientConnectionError:
            return web.Response(status=502, text="Bad Gateway: the process behind this site did not answer.")


def _end_to_end(headers: Iterable[tuple[str, str]]) -> CIMultiDict[str]:
    kept: CIMultiDict[str] = CIMultiDict()
    for name, value in headers:
        if name.lower() not in _HOP_BY_HOP:
            kept.add(name, value)
    return kept
