"""One running Functions host of a site: started, asked through its admin endpoints, stopped. Never here: when and why."""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp

from local.processes import ROOT, Child, StartFailed, clean_environment, free_port

_ALONE = {"orchestrationTrigger", "activityTrigger", "entityTrigger"}
READY_SECONDS = 60.0
log = logging.getLogger("local.azure")


class HostProcess:
    """A host on a port of its own that serves the app in one folder."""

    def __init__(
        self, name: str, public_port: int, command: Sequence[str], *, app: Path, data: Path, environment: Mapping[str, str]
    ) -> None:
        self.port, self._public = free_port(), public_port
        self._data = data
        self._child = Child(
            f"host of {name}",
            [*command, "--app", str(app), "--port", str(self.port), "--data", str(data)],
            env={**clean_environment(), **environment},
            log=data.parent / "host.log",
            cwd=ROOT,
        )
        self.functions: list[dict[str, Any]] = []

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._child.alive

    @property
    def runs_alone(self) -> bool:
        """Whether a second process beside it would do its work twice: orchestrations, whose state both would load."""
        bindings = [binding for function in self.functions for binding in function["config"].get("bindings", [])]
        return any(binding.get("type") in _ALONE for binding in bindings)

    async def start(self) -> None:
        """Return once the host says that it runs and has told its functions.

        Raises:
            StartFailed: it ended, or was not ready within a minute.
        """
        url = f"http://127.0.0.1:{self.port}/admin/host/status"
        self._child.start()
        try:
            await asyncio.to_thread(self._child.wait_until, url, timeout=READY_SECONDS)
            await self._running()
            self.functions = await self.admin("/admin/functions")
        except StartFailed:
            await self.stop()
            raise

    async def drain(self) -> None:
        """Let it take no more messages and timers, while it goes on to answer requests; a host that is gone is drained."""
        try:
            await self.admin("/admin/host/drain", "POST")
        except StartFailed as failure:
            log.warning("%s", failure)

    async def idle(self, patience: float) -> None:
        """After `drain`: wait until nothing that was begun is still under way, at most `patience` seconds."""
        deadline = time.monotonic() + patience
        with contextlib.suppress(StartFailed):
            while await self._outstanding() and time.monotonic() < deadline:  # noqa: ASYNC110  another process: no event to wait for
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """End it gracefully, and by force after five seconds."""
        await asyncio.to_thread(self._child.stop)

    async def admin(self, path: str, method: str = "GET") -> Any:
        """What the host answers to its administrator: JSON, or None without a body.

        Raises:
            StartFailed: no answer, or an error.
        """
        keys = json.loads((self._data / "keys.json").read_text())
        headers = {"x-functions-key": keys["masterKey"], "Host": f"127.0.0.1:{self._public}"}
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as client,
                client.request(method, f"http://127.0.0.1:{self.port}{path}", headers=headers) as answer,
            ):
                if answer.status >= 400:
                    raise StartFailed(f"the host answered {answer.status} to {path}")
                return await answer.json(content_type=None) if answer.content_length != 0 else None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise StartFailed(f"the host did not answer to {path}: {error}") from error

    async def _running(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while (await self.admin("/admin/host/status")).get("state", "Running") not in {"Running", "Error"}:
            if time.monotonic() > deadline:
                raise StartFailed("the host did not come to state Running")
            await asyncio.sleep(0.05)

    async def _outstanding(self) -> int:
        return int((await self.admin("/admin/host/drain/status"))["outstandingInvocations"])
