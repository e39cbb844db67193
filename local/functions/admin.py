"""The host's own endpoints under /admin, for holders of the master key.

Lives here: paths, codes and bodies of host status, functions, manual runs and drain. Never here: the triggers themselves.
Source: https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.functions.http import presented_key
from local.functions.keys import Keys
from local.functions.loader import LoadedFunction

type Endpoint = Callable[[Request], Awaitable[Response]]


class Administered(Protocol):
    """What the endpoints need of a host."""

    functions: list[LoadedFunction]
    route_prefix: str
    draining: bool

    @property
    def in_flight(self) -> int:
        """How many functions run at this moment."""
        ...

    def disabled(self, function: str) -> bool:
        """Whether app settings disable the function."""
        ...

    async def run_by_hand(self, function: LoadedFunction, given: str) -> None:
        """Run a function that is not triggered by HTTP with this input."""
        ...

    async def drain(self) -> None:
        """Listen to no more triggers, HTTP apart."""
        ...


class Admin:
    """The endpoints."""

    def __init__(self, host: Administered, keys: Keys) -> None:
        self._host, self._keys = host, keys
        self._began = time.monotonic()
        self._runs: set[asyncio.Task[None]] = set()

    def routes(self) -> list[Route]:
        """The routes, for the application that serves them."""
        table: list[tuple[str, str, Endpoint]] = [
            ("GET", "/admin/host/status", self._status),
            ("GET", "/admin/host/ping", self._ping),
            ("POST", "/admin/host/ping", self._ping),
            ("POST", "/admin/host/drain", self._drain),
            ("GET", "/admin/host/drain/status", self._drain_status),
            ("GET", "/admin/functions", self._list),
            ("GET", "/admin/functions/{name}", self._one),
            ("POST", "/admin/functions/{name}", self._run),
        ]
        return [Route(path, self._guarded(endpoint), methods=[method]) for method, path, endpoint in table]

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        async def call(request: Request) -> Response:
            return await endpoint(request) if self._keys.is_master(presented_key(request)) else Response(status_code=401)

        return call

    async def _status(self, _request: Request) -> Response:
        uptime = round((time.monotonic() - self._began) * 1000)
        state = {
            "id": "localhost",
            "state": "Running",
            "version": "4.0.0-local",
            "versionDetails": "local",
            "processUptime": uptime,
        }
        return JSONResponse(state)

    async def _ping(self, _request: Request) -> Response:
        return Response(status_code=200)

    async def _drain(self, _request: Request) -> Response:
        await self._host.drain()
        return Response(status_code=202)

    async def _drain_status(self, _request: Request) -> Response:
        outstanding = self._host.in_flight
        state = "Disabled" if not self._host.draining else ("InProgress" if outstanding else "Completed")
        return JSONResponse({"state": state, "outstandingInvocations": outstanding, "outstandingRetries": 0})

    async def _list(self, request: Request) -> Response:
        return JSONResponse([self._described(function, request) for function in self._host.functions])

    async def _one(self, request: Request) -> Response:
        function = self._find(request)
        return JSONResponse(self._described(function, request)) if function else Response(status_code=404)

    async def _run(self, request: Request) -> Response:
        function = self._find(request)
        if function is None:
            return Response(status_code=404)
        try:
            given = (await request.json()).get("input", "")
        except (ValueError, AttributeError):
            return JSONResponse({"Message": 'Send a JSON object such as {"input": "..."}.'}, 400)
        if function.trigger["type"] not in {"queueTrigger", "timerTrigger"}:
            return JSONResponse({"Message": "Only functions with a queue or timer trigger are run by hand."}, 400)
        run = asyncio.create_task(self._host.run_by_hand(function, str(given)))
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)
        return Response(status_code=202)

    def _find(self, request: Request) -> LoadedFunction | None:
        name = request.path_params["name"].lower()
        return next((function for function in self._host.functions if function.name.lower() == name), None)

    def _described(self, function: LoadedFunction, request: Request) -> dict[str, Any]:
        origin = f"{request.url.scheme}://{request.url.netloc}"
        described: dict[str, Any] = {
            "name": function.name,
            "href": f"{origin}/admin/functions/{function.name}",
            "config": {
                "name": function.name,
                "scriptFile": function.script_file,
                "language": "python",
                "functionDirectory": "",
                "bindings": [dict(binding) for binding in function.bindings],
            },
            "language": "python",
            "isDisabled": self._host.disabled(function.name),
            "isDirect": True,
            "isProxy": False,
            "invoke_url_template": None,
        }
        if function.trigger["type"] == "httpTrigger":
            path = "/".join(part for part in (self._host.route_prefix, function.trigger["route"]) if part)
            described["invoke_url_template"] = f"{origin}/{path}"
        return described
