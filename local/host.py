"""The local Functions host: `python -m local.host --app DIR --port N --data DIR`.

Lives here: the command line, the listening socket, signals. Never here: what the host does (`local/functions`).
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from local.functions.app import Host

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


async def _serve(arguments: argparse.Namespace) -> None:
    host = Host(arguments.app, arguments.data.resolve(), arguments.port, arguments.max_concurrent_activities)
    application = await host.start()
    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=arguments.port,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=int(GRACE_SECONDS),
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: setattr(server, "should_exit", True))
    await server.serve()
    await host.stop(GRACE_SECONDS)


def main() -> None:
    """Serve until SIGTERM or SIGINT; exits with 0 then, with 1 when the app cannot be served."""
    arguments = _arguments()
    logging.basicConfig(
        level=arguments.log_level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    if arguments.log_level != "debug":
        for chatty in ("azure", "durabletask", "uvicorn"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
    asyncio.run(_serve(arguments))
    logging.shutdown()
    # A function that still runs in a thread must not keep the process: its message or activity is given out again.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
