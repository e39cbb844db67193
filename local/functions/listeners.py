"""The listeners of an app: one for each queue and timer function that is not disabled.

Lives here: from bindings to listeners, and manual runs of the same functions. Never here: how a listener works.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from azure.functions.meta import Datum

from local.functions.codec import text_datum
from local.functions.hostconfig import QueueOptions
from local.functions.invoker import Invoker
from local.functions.loader import LoadedFunction
from local.functions.outputs import Outputs
from local.functions.queues import QueueListener
from local.functions.schedules import BadSchedule, Schedule
from local.functions.settings import SettingMissing, resolve
from local.functions.storage import QueueClients
from local.functions.timers import StatusFile, TimerListener, timer_datum

_log = logging.getLogger("host.listeners")


class Listeners:
    """Queue and timer triggers of one app."""

    def __init__(self, invoker: Invoker, settings: Mapping[str, str], options: QueueOptions, data: Path) -> None:
        self._invoker, self._settings, self._options, self._data = invoker, settings, options, data
        self._clients = QueueClients(settings)
        self.outputs = Outputs(self._clients, base64_bodies=options.base64)
        self._listening: list[QueueListener | TimerListener] = []

    def start(self, functions: Iterable[LoadedFunction]) -> None:
        """Listen for each function; one whose binding cannot be resolved is left out, with an error in the log."""
        for function in functions:
            try:
                listener = self._listener(function)
            except (SettingMissing, BadSchedule, ValueError) as error:
                _log.error("Function '%s' is not listened for: %s", function.name, error)
                continue
            listener.start()
            self._listening.append(listener)

    async def stop(self, patience: float) -> None:
        """Stop listening; runs under way have `patience` seconds to end. Twice is harmless."""
        listening, self._listening = self._listening, []
        await asyncio.gather(*(listener.stop(patience) for listener in listening))

    async def close(self) -> None:
        """Close the connections to storage."""
        await self._clients.close()

    async def run_by_hand(self, function: LoadedFunction, given: str) -> None:
        """Run the function with this input: the message of a queue function; a timer function takes none."""
        if function.trigger["type"] == "timerTrigger":
            await self._run(function, timer_datum(None, past_due=False))
            return
        now = Datum(datetime.now(UTC).isoformat(), "string")
        metadata = {"Id": Datum(str(uuid4()), "string"), "DequeueCount": Datum(1, "int"), "InsertionTime": now}
        await self._run(function, text_datum(given.encode()), metadata)

    async def _run(self, function: LoadedFunction, given: Datum, metadata: Mapping[str, Datum] | None = None) -> None:
        outcome = await self._invoker.invoke(function, given, metadata)
        await self.outputs.deliver(function, outcome)

    def _listener(self, function: LoadedFunction) -> QueueListener | TimerListener:
        trigger = function.trigger
        if trigger["type"] == "queueTrigger":
            connection, name = str(trigger.get("connection") or ""), trigger["queueName"]

            async def run_message(body: Datum, metadata: Mapping[str, Datum]) -> None:
                await self._run(function, body, metadata)

            queue, poison = self._clients.queue(connection, name), self._clients.queue(connection, f"{name}-poison")
            return QueueListener(function.name, queue, poison, self._options, run_message)

        async def run_timer(given: Datum) -> None:
            await self._run(function, given)

        return TimerListener(
            function.name,
            Schedule(resolve(trigger["schedule"], self._settings)),
            run_timer,
            file=StatusFile(self._data / "timers" / f"{function.name}.json"),
            run_on_startup=bool(trigger.get("runOnStartup")),
            monitor=trigger.get("useMonitor"),
        )
