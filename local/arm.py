"""The Azure stand-ins as a process on 127.0.0.1: Resource Manager and the vault over TLS, managed identity over http.

Usage: `python -m local.arm --port N --identity-port M --vault-port K --data DIR --config FILE` (fields: `azure/settings.py`).
Never here: what any of them answers.
"""

import argparse
import asyncio
import logging
import signal
import ssl
from pathlib import Path

from aiohttp import web

from local.azure.assembly import assemble
from local.azure.settings import Settings

_GRACE_SECONDS = 1.0


async def serve(settings: Settings, identity_port: int) -> None:
    """Serve until SIGTERM or SIGINT, then end every site's process."""
    built = assemble(settings)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(settings.server_cert, settings.server_key)
    doors = ((built.vault, settings.vault_port, tls), (built.identity, identity_port, None), (built.arm, settings.port, tls))
    runners = []
    await built.hosting.start()
    for app, port, context in doors:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE_SECONDS)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
        runners.append(runner)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    await asyncio.gather(*(runner.cleanup() for runner in runners))
    await built.hosting.stop()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m local.arm", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="Resource Manager, TLS")
    parser.add_argument("--identity-port", type=int, required=True, help="managed identity endpoint, http")
    parser.add_argument("--vault-port", type=int, required=True, help="Key Vault secrets, TLS")
    parser.add_argument("--data", type=Path, required=True, help="folder for all state; made when absent")
    parser.add_argument("--config", type=Path, required=True, help="JSON file")
    told = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for chatty in ("httpx", "azure"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    data = told.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(Settings.load(told.config, port=told.port, vault_port=told.vault_port, data=data), told.identity_port))


if __name__ == "__main__":
    main()
