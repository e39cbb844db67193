"""The local Functions host: `python -m local.host --app DIR --port N --data DIR`.

Lives here: the command line, the listening socket, signals. Never here: what the host does (`local/functions`).
"""

import argparse
import asyncio
import atexit
import contextlib
import fcntl
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from local.functions.app import Host
from local.functions.loader import AppNotLoaded

GRACE_SECONDS = 5.0
"""How long requests, messages and activities in flight may take to end after SIGTERM."""


class _Server(uvicorn.Server):
    """uvicorn without its handling of signals: it would end the process by the signal instead of with status 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.host", description="Serve a Python v2 function app on 127.0.0.1.")
    parser.add_argument("--app", type=Path, required=True, help="folder with function_app.py and host.json")
    parser.add_argument("--port", type=int, required=True, help="port to listen on")
    parser.add_argument("--data", type=Path, required=True, help="folder for keys and state; made if absent")
    parser.add_argument("--max-concurrent-activities", type=int, help="overrides host.json; 32 where that says nothing")
    parser.add_argument("--log-level", default="info", choices=["debug", "info", "warning", "error"])
    return parser.parse_args()


def _bind(port: int) -> socket.socket:
    # The protocol is named because asyncio turns Nagle's algorithm off only for sockets that name it: 40 ms an answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        raise SystemExit(f"cannot listen on 127.0.0.1:{port} ({error.strerror}); give another --port") from error
    return listening


def _claim(data: Path) -> int:
    """Keep a second host away from the same state; the claim ends with the process, however it ends."""
    data.mkdir(parents=True, exist_ok=True)
    claim = os.open(data / "host.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise SystemExit(f"another host uses {data}; stop it or give another --data") from error
    return claim


async def _serve(host: Host, listening: socket.socket) -> None:
    config = uvicorn.Config(
        await host.start(), log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=int(GRACE_SECONDS)
    )
    server = _Server(config)
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    asking = asyncio.create_task(asked.wait())
    await asyncio.wait({serving, asking}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await asyncio.gather(serving, host.quiesce(GRACE_SECONDS))
    await host.close()


def main() -> None:
    """Serve until SIGTERM or SIGINT; exits with 0 then, with 1 when the app cannot be served."""
    arguments = _arguments()
    logging.basicConfig(
        level=arguments.log_level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    if arguments.log_level != "debug":
        for chatty in ("azure", "durabletask", "uvicorn"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
    data = arguments.data.resolve()
    listening = _bind(arguments.port)
    _claim(data)
    try:
        host = Host(arguments.app.resolve(), data, arguments.port, arguments.max_concurrent_activities)
    except AppNotLoaded as error:
        raise SystemExit(str(error)) from error
    logging.getLogger("host").info("Serving %d functions on http://127.0.0.1:%d", len(host.functions), arguments.port)
    asyncio.run(_serve(host, listening))
    atexit._run_exitfuncs()  # what the app wants done at its end, as in a worker that ends by itself
    # A function that still runs in a thread must not keep the process: its message or activity is given out again.
    os._exit(0)


if __name__ == "__main__":
    main()
