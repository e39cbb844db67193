"""A network path that can be cut: a TCP proxy on loopback, in front of one part of the embedded environment.

Lives here: passing bytes on, cutting, restoring. Never here: what the bytes mean; TLS goes through as it is.
"""

import asyncio
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_CHUNK = 65536


class Line:
    """A context manager around the proxy. `url` takes the place of the URL that it leads to.

    While it is cut, what was open is reset and what is new is closed at once, as by a firewall that rejects.
    """

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or (443 if parts.scheme == "https" else 80)
        self._listening = socket.socket()
        self._listening.bind(("127.0.0.1", 0))
        self.url = f"{parts.scheme}://127.0.0.1:{self._listening.getsockname()[1]}{parts.path}"
        self.whole = True
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=f"line to {self._port}", daemon=True)

    def cut(self) -> None:
        """Let nothing through any more."""
        self.whole = False
        self._loop.call_soon_threadsafe(self._reset)

    def restore(self) -> None:
        """Let everything through again."""
        self.whole = True

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._serve, sock=self._listening))
        self._loop.run_forever()
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.close()

    def _reset(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self.whole:
                await self._join(reader, writer)
        except OSError:
            pass  # either side is gone, which is what the other side shall see
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(self._host, self._port)
        self._open.add(there_writer)
        try:
            await asyncio.gather(_pass(reader, there_writer), _pass(there_reader, writer))
        finally:
            self._open.discard(there_writer)
            there_writer.transport.abort()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._reset)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._listening.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One direction, to its end."""
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()
    with suppress(OSError):  # the other direction may still go on
        writer.write_eof()
