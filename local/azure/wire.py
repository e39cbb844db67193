"""How a request reaches its handler: routes with names in braces, matched without regard to case, as Resource Manager does.

Never here: what any operation does.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from local.azure.errors import ArmError, bad_content


@dataclass
class Call:
    """One request: the values of the route's names, and the body when it is asked for."""

    request: web.Request
    values: dict[str, str]

    @property
    def path(self) -> str:
        """The decoded path, without a trailing slash."""
        return self.request.path.rstrip("/")

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    async def body(self) -> dict[str, Any]:
        """The JSON object that was sent.

        Raises:
            ArmError: 400 InvalidRequestContent.
        """
        try:
            found = await self.request.json()
        except ValueError as error:
            raise bad_content(f"not JSON: {error}") from error
        if not isinstance(found, dict):
            raise bad_content("a JSON object is expected")
        return found


Handler = Callable[[Call], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Route:
    """A method and a path like `/subscriptions/{subscription}`; `{name*}` at the end takes the rest of the path."""

    method: str
    path: str
    handler: Handler

    def pattern(self) -> re.Pattern[str]:
        """The path as a regular expression."""
        parts = re.split(r"\{(\w+\*?)\}", self.path)
        built = "".join(
            re.escape(part) if at % 2 == 0 else f"(?P<{part.rstrip('*')}>{'.+' if part.endswith('*') else '[^/]+'})"
            for at, part in enumerate(parts)
        )
        return re.compile(built, re.IGNORECASE)


class Router:
    """The first route that matches, in the order given."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = [(route.method, route.pattern(), route.handler) for route in routes]

    def find(self, request: web.Request) -> tuple[Handler, Call]:
        """The handler of a request.

        Raises:
            ArmError: 404 when no route has the path, 405 when none has the method.
        """
        path = request.path.rstrip("/")
        known = False
        for method, pattern, handler in self._routes:
            found = pattern.fullmatch(path)
            if found and method == request.method:
                return handler, Call(request, found.groupdict())
            known = known or found is not None
        if known:
            raise ArmError(
                405, "HttpMethodNotSupported", f"The http method '{request.method}' is not supported for this resource."
            )
        raise ArmError(404, "InvalidResourceType", f"No operation of this stand-in has the path '{path}'.")


def reply(body: Any = None, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON answer, or an empty one."""
    if body is None:
        return web.Response(status=status, headers=headers)
    return web.json_response(body, status=status, headers=headers)
