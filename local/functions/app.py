"""One function app being served: its parts put together, started and stopped in order.

Lives here: assembly. Never here: what any part does.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import azure.durable_functions as df
from azure.functions.meta import Datum
from starlette.applications import Starlette
from starlette.routing import Route

from local.durable.backend import Backend
from local.functions.durable import DurableWorker, client_binding
from local.functions.hostconfig import load_host_config
from local.functions.http import HttpTriggers
from local.functions.invoker import Invoker, Outcome
from local.functions.keys import DURABLE_SYSTEM_KEY, Keys
from local.functions.loader import LoadedFunction, load_app
from local.functions.management import Management
from local.functions.settings import is_disabled, load_settings

THREADS = 32
"""Threads for functions that are no coroutines, activities apart."""


class Host:
    """Serves the app in `folder` as the host at http://127.0.0.1:`port`, with its state under `data`."""

    def __init__(self, folder: Path, data: Path, port: int, max_activities: int | None) -> None:
        """Load the app. Errors of the app, its host.json or its keys come through as they are."""
        self._settings: Mapping[str, str] = load_settings(folder)
        self._config = load_host_config(folder, self._settings)
        self._max_activities = max_activities or self._config.max_concurrent_activities
        self._data, self._port = data, port
        self.keys = Keys(data / "keys.json")
        self.functions = load_app(folder)
        self._invoker = Invoker(folder, threads=THREADS)
        self._activities = Invoker(folder, threads=self._max_activities)
        self._backend = Backend(data / "durable.sqlite")

    def disabled(self, function: str) -> bool:
        """Whether app settings disable the function."""
        return is_disabled(function, self._settings)

    async def start(self) -> Starlette:
        """Take up durable work and listen to triggers; returns the application to serve."""
        address = self._backend.start()
        binding = json.dumps(
            client_binding(
                address=address,
                base_url=f"http://127.0.0.1:{self._port}",
                hub=self._config.hub_name,
                code=self.keys.system_key(DURABLE_SYSTEM_KEY),
            )
        )
        for invoker in (self._invoker, self._activities):
            invoker.constants["durableClient"] = Datum(binding, "string")
        self._durable = DurableWorker(
            self._backend,
            self._triggered("orchestrationTrigger") + self._triggered("activityTrigger"),
            self._activities,
            disabled=self.disabled,
            max_activities=self._max_activities,
        )
        self._durable.start()
        self._client = df.DurableFunctionsClient(binding)
        management = Management(self._client, self.keys, self._has_orchestrator)
        http = HttpTriggers(
            self._triggered("httpTrigger"),
            prefix=self._config.route_prefix,
            keys=self.keys,
            invoker=self._invoker,
            disabled=self.disabled,
            deliver=self._deliver,
        )

        return Starlette(routes=[*management.routes(), Route("/{path:path}", http)])

    async def stop(self, patience: float) -> None:
        """Take nothing more; what runs has `patience` seconds to end."""
        await self._durable.stop(patience)
        await self._client.close()
        self._backend.stop()

    async def _deliver(self, function: LoadedFunction, outcome: Outcome) -> None:
        pass

    def _has_orchestrator(self, name: str) -> bool:
        found = self._triggered("orchestrationTrigger")
        return any(function.durable_name == name and not self.disabled(function.name) for function in found)

    def _triggered(self, trigger: str) -> list[LoadedFunction]:
        return [function for function in self.functions if function.trigger["type"] == trigger]
