"""An orders API in memory that keeps its promises, but for the one lie it is asked to tell.

Lives here: the other side of the traffic generator's tests. Never here: assertions.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.processes import free_port


class Liar:
    """Serves on `url` in a `with` block.

    Args:
        lie: `` (none), `lose`, `change`, `forge`, `twice`, `never`, `forget-updates` or `keep-deleted`.
    """

    def __init__(self, lie: str = "") -> None:
        self.lie, self.orders, self.closed, self.slow_seconds = lie, dict[str, dict[str, Any]](), False, 0.0
        self._created, self._awaited = 0, 0
        self._then: Callable[[], None] = lambda: None
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        routes = [
            Route("/orders", self._create, methods=["POST"]),
            Route("/orders", self._list, methods=["GET"]),
            Route("/orders/{id}", self._one, methods=["GET", "PUT", "DELETE"]),
        ]
        self._server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=port, log_level="error"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def when_created(self, count: int, then: Callable[[], None]) -> None:
        """Call `then` when that many orders were created."""
        self._awaited, self._then = count, then

    async def _create(self, request: Request) -> Response:
        if self.slow_seconds:
            await asyncio.sleep(self.slow_seconds)
        if self.closed:
            return JSONResponse({"error": "closed"}, 503)
        given = await request.json()
        order = {
            **given,
            "version": 1,
            "processings": {"twice": 2, "never": 0}.get(self.lie, 1),
            "signature": "s",
            "created": "c",
        }
        if self.lie != "lose":
            self.orders[order["id"]] = dict(order)
        if self.lie in {"change", "forge"}:
            field = {"change": "total", "forge": "signature"}[self.lie]
            self.orders[order["id"]][field] = "other"
        self._created += 1
        if self._created == self._awaited:
            self._then()
        return _answer(order, 201)

    async def _list(self, _request: Request) -> Response:
        return JSONResponse({"error": "closed"}, 503) if self.closed else _answer({"orders": []})

    async def _one(self, request: Request) -> Response:
        order_id = request.path_params["id"]
        if self.closed:
            return JSONResponse({"error": "closed"}, 503)
        if order_id not in self.orders:
            return _answer({"error": "no such order"}, 404)
        order = self.orders[order_id]
        if request.method == "DELETE":
            if self.lie != "keep-deleted":
                del self.orders[order_id]
            return Response(status_code=204)
        if request.method == "PUT":
            updated = {**order, **await request.json(), "version": order["version"] + 1}
            if self.lie != "forget-updates":
                self.orders[order_id] = updated
            return _answer(updated)
        return _answer(order)

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()


def _answer(body: Any, status: int = 200) -> Response:
    return JSONResponse(body, status, headers={"x-served-by": "liar"})
