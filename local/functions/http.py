"""HTTP triggers: route, method, key, then the function.

Lives here: what a caller of a function sees. Never here: management endpoints (`admin.py`, `management.py`).
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from azure.functions.meta import Datum
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.functions.codec import encode
from local.functions.invoker import Invoker, Outcome
from local.functions.keys import AuthLevel, Keys
from local.functions.loader import LoadedFunction
from local.functions.routes import Route, in_order, path_segments

_log = logging.getLogger("host.http")

type Deliver = Callable[[LoadedFunction, Outcome], Awaitable[None]]
"""Takes what a function gave to its output bindings (the HTTP response left out)."""


def presented_key(request: Request) -> str | None:
    """The key a caller shows: header `x-functions-key`, else query parameter `code`."""
    return request.headers.get("x-functions-key") or request.query_params.get("code")


class HttpTriggers:
    """All HTTP functions of an app under one route prefix."""

    def __init__(
        self,
        functions: Iterable[LoadedFunction],
        *,
        prefix: str,
        keys: Keys,
        invoker: Invoker,
        disabled: Callable[[str], bool],
        deliver: Deliver,
    ) -> None:
        """Read the routes.

        Raises:
            ValueError: a route is not well formed.
        """
        routed = [(Route("/".join([prefix, function.trigger["route"]])), function) for function in functions]
        self._routes = in_order(routed)
        self._keys, self._invoker, self._disabled, self._deliver = keys, invoker, disabled, deliver

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Be an ASGI application."""
        response = await self.answer(Request(scope, receive))
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """Answer as the Functions host does: 404 without a match, 401 without the key, 500 when the function raises."""
        segments = path_segments(request.scope["raw_path"].decode("ascii"))
        for route, function in self._routes:
            values = route.match(segments) if _allows(function, request.method) else None
            if values is not None:
                return await self._call(function, values, request)
        return Response(status_code=404)

    async def _call(self, function: LoadedFunction, values: Mapping[str, str], request: Request) -> Response:
        key = presented_key(request)
        if self._disabled(function.name) and not self._keys.is_master(key):
            return Response(status_code=404)
        level = AuthLevel(str(function.trigger.get("authLevel") or AuthLevel.FUNCTION).upper())
        if not self._keys.opens(level, function.name, key):
            return Response(status_code=401)
        given = Datum(_request_data(request, values, await request.body()), "http")
        try:
            outcome = await self._invoker.invoke(function, given)
            await self._deliver(function, outcome)
            return _response(encode("http", outcome.value)) if _returns_http(function) else Response(status_code=204)
        except Exception as error:  # the function's own, already in the log, or a value that is no response
            _log.error("'Functions.%s' gave no response: %s", function.name, type(error).__name__)
            return Response(status_code=500)


def _allows(function: LoadedFunction, method: str) -> bool:
    methods = function.trigger.get("methods")
    return not methods or method in {str(allowed).upper() for allowed in methods}


def _returns_http(function: LoadedFunction) -> bool:
    return any(binding["type"] == "http" and binding["name"] == "$return" for binding in function.bindings)


def _request_data(request: Request, values: Mapping[str, str], body: bytes) -> dict[str, Any]:
    return {
        "method": Datum(request.method, "string"),
        "url": Datum(_url(request), "string"),
        "headers": _joined(request.headers),
        "query": _joined(request.query_params),
        "params": {name: Datum(value, "string") for name, value in values.items()},
        "body": Datum(body, "bytes"),
    }


def _url(request: Request) -> str:
    """The URL as the client wrote it (the framework's own is of the decoded path)."""
    query = request.scope["query_string"].decode("latin-1")
    path = request.scope["raw_path"].decode("ascii")
    return f"{request.url.scheme}://{request.url.netloc}{path}{'?' if query else ''}{query}"


def _joined(pairs: Headers | QueryParams) -> dict[str, Datum]:
    """Several values of one name become one, joined by commas, as the host hands them to the worker."""
    joined: dict[str, str] = {}
    for name, value in pairs.multi_items() if isinstance(pairs, QueryParams) else pairs.items():
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return {name: Datum(value, "string") for name, value in joined.items()}


def _response(datum: Datum) -> Response:
    if datum.type == "string":
        return Response(datum.value, media_type="text/plain")
    value = datum.value
    response = Response(value["body"].value, status_code=int(value["status_code"].value))
    for name, header in value["headers"].items():
        response.headers[name] = header.value
    for cookie in value["cookies"] or ():
        for morsel in cookie.values():
            response.headers.append("set-cookie", morsel.OutputString())
    return response
