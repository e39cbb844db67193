"""One function app being served: its parts put together, started and stopped in order.

Lives here: assembly. Never here: what any part does.
"""

import asyncio
import json
from pathlib import Path

import azure.durable_functions as df
from azure.functions.meta import Datum
from starlette.applications import Starlette
from starlette.routing import Route

from local.durable.backend import Backend
from local.functions.admin import Admin
from local.functions.durable import DurableWorker, client_binding
from local.functions.hostconfig import load_host_config
from local.functions.http import HttpTriggers
from local.functions.invoker import Invoker
from local.functions.keys import DURABLE_SYSTEM_KEY, Keys
from local.functions.listeners import Listeners
from local.functions.loader import LoadedFunction, load_app
from local.functions.management import Management
from local.functions.settings import is_disabled, load_settings

THREADS = 32
"""Threads for functions that are no coroutines, activities apart."""


class Host:
    """Serves the app in `folder` as the host at http://127.0.0.1:`port`, with its state under `data`."""

    def __init__(self, folder: Path, data: Path, port: int, max_activities: int | None) -> None:
        """Load the app; `max_activities` overrides host.json. Errors of app, host.json or keys come through as they are."""
        self._settings = load_settings(folder)
        self._config = load_host_config(folder, self._settings)
        self._max_activities = max_activities or self._config.max_concurrent_activities
        self._port = port
        self._keys = Keys(data / "keys.json")
        self.functions = load_app(folder)
        self.route_prefix = self._config.route_prefix
        self.draining = False
        self._invoker = Invoker(folder, threads=THREADS)
        self._activities = Invoker(folder, threads=self._max_activities)
        self._backend = Backend(data / "durable.sqlite")
        self._listeners = Listeners(self._invoker, self._settings, self._config.queues, data)

    async def start(self) -> Starlette:
        """Take up durable work and listen to triggers; returns the application to serve."""
        binding = self._durable_binding(self._backend.start())
        for invoker in (self._invoker, self._activities):
            invoker.constants["durableClient"] = Datum(binding, "string")
        self._durable = DurableWorker(
            self._backend,
            self._triggered("orchestrationTrigger", "activityTrigger"),
            self._activities,
            disabled=self.disabled,
            max_activities=self._max_activities,
        )
        self._client = df.DurableFunctionsClient(binding)
        http = HttpTriggers(
            self._triggered("httpTrigger"),
            prefix=self.route_prefix,
            keys=self._keys,
            invoker=self._invoker,
            disabled=self.disabled,
            deliver=self._listeners.outputs.deliver,
        )
        management = Management(self._client, self._keys, self._has_orchestrator)
        self._durable.start()
        listened = self._triggered("queueTrigger", "timerTrigger")
        self._listeners.start(function for function in listened if not self.disabled(function.name))
        return Starlette(routes=[*management.routes(), *Admin(self, self._keys).routes(), Route("/{path:path}", http)])

    async def quiesce(self, patience: float) -> None:
        """Take no more messages and durable work; what runs has `patience` seconds to end. Requests are still answered."""
        await asyncio.gather(self._durable.stop(patience), self._listeners.stop(patience))

    async def close(self) -> None:
        """Close all connections and files; what did not end is given out again by the next process."""
        await self._client.close()
        await self._listeners.close()
        self._backend.stop()

    def disabled(self, function: str) -> bool:
        """Whether app settings disable the function."""
        return is_disabled(function, self._settings)

    @property
    def in_flight(self) -> int:
        """How many functions run at this moment."""
        return self._invoker.in_flight + self._activities.in_flight

    async def drain(self) -> None:
        """Listen to queues and timers no more; requests and durable work go on."""
        self.draining = True
        await self._listeners.stop(0.0)

    async def run_by_hand(self, function: LoadedFunction, given: str) -> None:
        """Run a queue or timer function with this input."""
        await self._listeners.run_by_hand(function, given)

    def _triggered(self, *triggers: str) -> list[LoadedFunction]:
        return [function for function in self.functions if function.trigger["type"] in triggers]

    def _has_orchestrator(self, name: str) -> bool:
        found = self._triggered("orchestrationTrigger")
        return any(function.durable_name == name and not self.disabled(function.name) for function in found)

    def _durable_binding(self, address: str) -> str:
        return json.dumps(
            client_binding(
                address=address,
                base_url=f"http://127.0.0.1:{self._port}",
                hub=self._config.hub_name,
                code=self._keys.system_key(DURABLE_SYSTEM_KEY),
            )
        )
