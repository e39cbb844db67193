"""One site at work: brings what runs in line with what is wanted, without failing a request on the way.

Never here: how the wanted state follows from resources (`hosting.py`).
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.azure.front import Front
from local.azure.host_data import HostData
from local.azure.process import HostProcess
from local.processes import StartFailed

DRAIN_SECONDS = 30.0
STOP_SECONDS = 4.0
_LONGEST_PAUSE_SECONDS = 30.0
_WATCH_SECONDS = 0.25
log = logging.getLogger("local.azure")


@dataclass(frozen=True)
class Wanted:
    """What should run. Two that are equal need no restart; `generation` counts the restarts that were asked for."""

    running: bool
    app: Path | None
    environment: tuple[tuple[str, str], ...] = ()
    generation: int = 0


class SiteRuntime:
    """The front and the process of one site."""

    def __init__(
        self, name: str, port: int, command: Sequence[str], data: HostData, told: Callable[[HostProcess], None]
    ) -> None:
        self.name, self.front = name, Front(port)
        self.failure: str | None = None
        self.process: HostProcess | None = None
        self._command, self._data, self._told = command, data, told
        self._wanted: Wanted | None = None
        self._applied: Wanted | None = None
        self._change: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open the public port."""
        await self.front.start()
        self._watch = asyncio.create_task(self._keep_alive())

    async def stop(self) -> None:
        """Close the port and end the process; a change that is under way may come to its end first, for four seconds."""
        if self._watch:
            self._watch.cancel()
        self.want(Wanted(running=False, app=None))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self.settled()
        await self.front.stop()
        if self.process:
            await self.process.stop()

    def want(self, wanted: Wanted) -> None:
        """Ask for a state and return at once, as App Service does; only the last of several is brought about."""
        self._wanted = wanted
        if not wanted.running:
            self.front.refuse(403, "Error 403 - This web app is stopped.")
        if self._change is None or self._change.done():
            self._change = asyncio.create_task(self._bring_about())

    async def settled(self) -> None:
        """Wait until what runs is what was wanted, and the process before it is gone."""
        while self._change is not None and not self._change.done():
            await asyncio.wait([self._change])

    async def _bring_about(self) -> None:
        while self._wanted is not None and self._applied != self._wanted:
            wanted = self._wanted
            await self._hand_over(wanted)
            self._applied = wanted

    async def _hand_over(self, wanted: Wanted) -> None:
        old, self.failure = self.process, None
        if not wanted.running or wanted.app is None:
            if wanted.running:
                self.front.refuse(404, "Error 404 - This web app has no content: nothing has been deployed to it.")
            await self._retire(old)
            self.process = None
            return
        beside = old if old is not None and old.alive and not old.runs_alone else None
        if beside:
            await beside.drain()
            place = self._data.beside()
        else:
            self.front.hold()
            await self._retire(old)
            place = self._data.same()
        await self._begin(wanted, place)
        if beside:
            await beside.idle(DRAIN_SECONDS)
            await self._retire(beside)
            self._data.settle(place)

    async def _begin(self, wanted: Wanted, place: Path) -> None:
        """Start a process and let it answer, or say that none does."""
        if wanted.app is None:
            return
        self.process = HostProcess(
            self.name, self.front.port, self._command, app=wanted.app, data=place, environment=dict(wanted.environment)
        )
        try:
            await self.process.start()
        except StartFailed as failure:
            self.failure = str(failure)
            self.front.refuse(503, "The service is unavailable.")
            log.warning("site %s: %s", self.name, failure)
        else:
            self._told(self.process)
            if self._wanted is None or self._wanted.running:
                self.front.serve(self.process.port)

    async def _retire(self, old: HostProcess | None) -> None:
        if old is not None:
            if old.alive:
                await self.front.drained(old.port, DRAIN_SECONDS)
            await old.stop()

    async def _keep_alive(self) -> None:
        """Start the process again when it ends by itself, after 1, 2, 4 ... 30 seconds."""
        pause = 1.0
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if self.process is None or (self._change is not None and not self._change.done()):
                continue
            if self.process.alive:
                pause = 1.0
                continue
            self.front.refuse(503, "The service is unavailable.")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            if self._wanted is not None and (self._change is None or self._change.done()):
                self._applied = None
                self.want(self._wanted)
