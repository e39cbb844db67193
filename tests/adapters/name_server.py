"""A name server of a test's own, on the embedded environment's code. Never here: what a test expects."""

import asyncio
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from local.processes import free_port
from local.routing.names import serve_names
from local.routing.records import Record
from local.routing.resolver import Resolver


@contextmanager
def name_server(read: Callable[[], Sequence[Record]], seed: int = 7) -> Iterator[str]:
    """Address of a name server that answers every look-up by these records, as they are at that moment."""
    loop, port = asyncio.new_event_loop(), free_port()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> asyncio.BaseTransport:
        resolver = Resolver(read, floor=0.0, most=0.0)
        return await serve_names(port, resolver, random.Random(seed))  # noqa: S311 - spreads look-ups

    transport = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield f"127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(transport.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
