"""A network path that can be cut: a TCP proxy on loopback, in front of one part of the embedded environment.

Lives here: passing bytes on, cutting, resetting in mid-request, restoring. Never here: what the bytes mean; TLS goes through as
it is.
"""

import asyncio
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urlsplit

_CHUNK = 65536
_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER of a socket that is closed by a reset, whatever was still to be sent."""
Passes = Literal["everything", "nothing", "no request", "no answer"]


@dataclass
class _Talk:
    """One connection. A turn begins each time that the client speaks again after it was spoken to."""

    writers: list[asyncio.StreamWriter]
    turns: int = 0
    asking: bool = False


class Line:
    """A context manager around the proxy. `url` takes the place of the URL that it leads to.

    While it is cut, what was open is reset and what is new is reset at once, as by a firewall that rejects. While it loses
    requests, a connection is reset when its next request comes, which the other side never sees; while it loses answers, the
    other side gets the request and acts, and the connection is reset in place of the answer. A new connection gets its first
    request through, so that whoever asks again has a chance.
    """

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or (443 if parts.scheme == "https" else 80)
        self._polite = 5 if parts.scheme == "https" else 2
        """The turn from which a request is not a connection's first: a handshake over TLS takes up to three turns."""
        self._listening = socket.socket()
        self._listening.bind(("127.0.0.1", 0))
        self.url = f"{parts.scheme}://127.0.0.1:{self._listening.getsockname()[1]}{parts.path}"
        self.passes: Passes = "everything"
        self.resets = 0
        """Connections that were reset in mid-request."""
        self._open: set[asyncio.StreamWriter] = set()
        self._serves = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=f"line to {self._port}", daemon=True)

    def cut(self) -> None:
        """Let nothing through any more."""
        self.passes = "nothing"
        self._loop.call_soon_threadsafe(self._reset, self._open)

    def lose(self, what: Literal["no request", "no answer"]) -> None:
        """Reset connections in mid-request: before the other side sees the request, or after it acted."""
        self.passes = what

    def restore(self) -> None:
        """Let everything through again."""
        self.passes = "everything"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(asyncio.start_server(self._serve, sock=self._listening))
        self._serves.set()
        self._loop.run_forever()
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.close()

    def _reset(self, writers: set[asyncio.StreamWriter] | list[asyncio.StreamWriter]) -> None:
        for writer in writers:
            with suppress(OSError):  # it is closed already
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            writer.transport.abort()

    def __enter__(self) -> Self:
        self._thread.start()
        self._serves.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._reset, self._open)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._listening.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self.passes != "nothing":
                await self._join(reader, writer)
        except OSError:
            pass  # either side is gone, which is what the other side shall see
        finally:
            self._open.discard(writer)
            self._reset([writer])

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(self._host, self._port)
        self._open.add(there_writer)
        talk = _Talk([writer, there_writer])
        try:
            await asyncio.gather(self._pass(talk, reader, there_writer, True), self._pass(talk, there_reader, writer, False))
        finally:
            self._open.discard(there_writer)
            there_writer.transport.abort()

    async def _pass(self, talk: _Talk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asks: bool) -> None:
        """One direction, to its end."""
        while data := await reader.read(_CHUNK):
            talk.turns += asks and not talk.asking
            talk.asking = asks
            if talk.turns >= self._polite and self.passes == ("no request" if asks else "no answer"):
                self.resets += 1
                self._reset(talk.writers)
                return
            writer.write(data)
            await writer.drain()
        with suppress(OSError):  # the other direction may still go on
            writer.write_eof()
