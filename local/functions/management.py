"""The HTTP API of Durable Functions under /runtime/webhooks/durabletask: one instance.

Lives here: paths, codes and bodies. Never here: durable state; lists and filters (`instances.py`).
Source: https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import azure.durable_functions as df
from azure.functions import HttpRequest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.functions.http import presented_key
from local.functions.instances import InstanceQueries, described, wants
from local.functions.keys import DURABLE_SYSTEM_KEY, Keys

PREFIX = "/runtime/webhooks/durabletask"
_ENDED = frozenset({"Completed", "Failed", "Terminated"})
_NOT_FOUND, _GONE = 404, 410

type Endpoint = Callable[[Request], Awaitable[Response]]


class Management:
    """The endpoints, served with the durable extension's system key or the master key."""

    def __init__(self, client: df.DurableFunctionsClient, keys: Keys, orchestrators: Callable[[str], bool]) -> None:
        """`orchestrators` says whether the app has an orchestrator of that name, and it is not disabled."""
        self._client, self._keys, self._exists = client, keys, orchestrators
        self._queries = InstanceQueries(client)

    def routes(self) -> list[Route]:
        """The routes, for the application that serves them."""
        one = PREFIX + "/instances/{id}"
        table: list[tuple[str, str, Endpoint]] = [
            ("GET", PREFIX + "/instances", self._queries.list),
            ("DELETE", PREFIX + "/instances", self._queries.purge),
            ("GET", one, self._status),
            ("DELETE", one, self._purge),
            ("POST", one + "/raiseEvent/{event}", self._raise_event),
            ("POST", one + "/{operation:str}", self._operate),
            ("POST", PREFIX + "/orchestrators/{name}", self._start),
            ("POST", PREFIX + "/orchestrators/{name}/{id}", self._start),
        ]
        return [Route(path, self._guarded(endpoint), methods=[method]) for method, path, endpoint in table]

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        async def call(request: Request) -> Response:
            if not self._keys.opens_extension(DURABLE_SYSTEM_KEY, presented_key(request)):
                return Response(status_code=401)
            return await endpoint(request)

        return call

    async def _status(self, request: Request) -> Response:
        history = wants(request, "showHistory", default=False)
        status = await self._client.get_status(
            request.path_params["id"],
            show_history=history,
            show_history_output=wants(request, "showHistoryOutput", default=False),
            show_input=wants(request, "showInput", default=True),
        )
        if not status:
            return Response(status_code=_NOT_FOUND)
        body = described(status)
        if body["runtimeStatus"] not in _ENDED:
            return JSONResponse(body, 202, headers={"Location": str(request.url), "Retry-After": "10"})
        failed = body["runtimeStatus"] == "Failed" and wants(request, "returnInternalServerErrorOnFailure", default=False)
        return JSONResponse(body, 500 if failed else 200)

    async def _refusal(self, request: Request) -> int | None:
        """404 for an unknown instance, 410 for one that has ended, None for one that can be told something."""
        status = await self._client.get_status(request.path_params["id"])
        if not status:
            return _NOT_FOUND
        return _GONE if described(status)["runtimeStatus"] in _ENDED else None

    async def _raise_event(self, request: Request) -> Response:
        body = await request.body()
        try:
            data = json.loads(body) if body else None
        except ValueError:
            return JSONResponse({"Message": "The event's payload is not JSON."}, 400)
        if refusal := await self._refusal(request):
            return Response(status_code=refusal)
        await self._client.raise_event(request.path_params["id"], request.path_params["event"], data)
        return Response(status_code=202)

    async def _operate(self, request: Request) -> Response:
        name, instance_id = request.path_params["operation"], request.path_params["id"]
        reason = request.query_params.get("reason")
        if name == "restart":
            return await self._restart(request)
        if name == "rewind":
            return await self._rewind(request)
        operations: dict[str, Callable[[], Awaitable[Any]]] = {
            "terminate": lambda: self._client.terminate_orchestration(instance_id, output=reason, recursive=False),
            "suspend": lambda: self._client.suspend(instance_id, reason),
            "resume": lambda: self._client.resume(instance_id, reason),
        }
        if name not in operations:
            return Response(status_code=_NOT_FOUND)
        if refusal := await self._refusal(request):
            return Response(status_code=refusal)
        await operations[name]()
        return Response(status_code=202)

    async def _rewind(self, request: Request) -> Response:
        status = await self._client.get_status(request.path_params["id"])
        if not status or described(status)["runtimeStatus"] != "Failed":
            return Response(status_code=_GONE if status else _NOT_FOUND)
        await self._client.rewind(request.path_params["id"], request.query_params.get("reason", ""))
        return Response(status_code=202)

    async def _restart(self, request: Request) -> Response:
        status = await self._client.get_status(request.path_params["id"])
        if not status:
            return Response(status_code=_NOT_FOUND)
        if described(status)["runtimeStatus"] not in _ENDED:
            return JSONResponse({"Message": "The instance has not ended; terminate it before restarting it."}, 400)
        anew = wants(request, "restartWithNewInstanceId", default=True)
        return self._started(request, await self._client.restart(request.path_params["id"], anew))

    async def _purge(self, request: Request) -> Response:
        refused = await self._refusal(request)
        if refused == _NOT_FOUND:
            return Response(status_code=_NOT_FOUND)
        purged = await self._client.purge_orchestration(request.path_params["id"])
        return JSONResponse({"instancesDeleted": purged.deleted_instance_count})

    async def _start(self, request: Request) -> Response:
        name, instance_id = request.path_params["name"], request.path_params.get("id")
        if not self._exists(name):
            return JSONResponse({"Message": f"The function '{name}' doesn't exist, is disabled, or is no orchestrator."}, 400)
        body = await request.body()
        try:
            data = json.loads(body) if body else None
        except ValueError:
            return JSONResponse({"Message": "The orchestration's input is not JSON."}, 400)
        if instance_id is not None:
            known = await self._client.get_status(instance_id)
            if known and described(known)["runtimeStatus"] not in _ENDED:
                return JSONResponse({"Message": f"An instance with the id '{instance_id}' is running."}, 409)
        return self._started(request, await self._client.start_new(name, instance_id, data))

    def _started(self, request: Request, instance_id: str) -> Response:
        origin = HttpRequest(method=request.method, url=str(request.url), body=b"")
        answer = self._client.create_check_status_response(origin, instance_id)
        return Response(answer.get_body(), answer.status_code, headers=dict(answer.headers))
