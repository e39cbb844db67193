"""Faults of a site that a test asks for: errors in place of answers, or answers that take long.

Lives here: what a fault does to a request, and the lever that sets it. Never here: forwarding (front.py).
"""

import asyncio
import random
from dataclasses import dataclass

from aiohttp import web

from local.azure.errors import ArmError, bad_content
from local.azure.hosting import Hosting
from local.azure.wire import Call, Route, reply

KINDS = ("none", "errors", "latency")


@dataclass(frozen=True)
class Fault:
    """A share of all requests is answered with 500, or answered that many seconds later."""

    kind: str
    share: float = 1.0
    seconds: float = 2.0

    async def strike(self) -> web.Response | None:
        """What the request is answered with in place of the site's answer; None: go on, perhaps later."""
        if random.random() >= self.share:  # noqa: S311 - spreads a fault, protects nothing
            return None
        if self.kind == "latency":
            await asyncio.sleep(self.seconds)
            return None
        return web.Response(status=500, text="Internal Server Error")


class Faults:
    """The lever `PUT /_standin/sites/{site}/fault` with `kind` (none, errors, latency), `share` (0 to 1) and `seconds`."""

    def __init__(self, hosting: Hosting) -> None:
        self._hosting = hosting

    def levers(self) -> list[Route]:
        """Routes below `/_standin/`."""
        return [Route("PUT", "/_standin/sites/{site}/fault", self._set)]

    async def _set(self, call: Call) -> web.Response:
        asked = await call.body()
        if asked.get("kind") not in KINDS:
            raise bad_content(f"'kind' must be one of {', '.join(KINDS)}")
        if self._hosting.find(call["site"]) is None:
            raise ArmError(404, "ResourceNotFound", f"There is no site {call['site']}.")
        fault = Fault(asked["kind"], float(asked.get("share", 1.0)), float(asked.get("seconds", 2.0)))
        self._hosting.runtime(call["site"]).front.fault = None if fault.kind == "none" else fault.strike
        return reply(asked)
