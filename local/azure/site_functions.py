"""Functions of a site, as its host tells them. Never here: starting or stopping anything, keys (`site_keys.py`).

Shapes: FunctionEnvelope of Microsoft.Web.
"""

from typing import Any

from aiohttp import web

from local.azure.errors import ArmError, not_found
from local.azure.hosting import Hosting
from local.azure.packages import Packages
from local.azure.runtime import SiteRuntime
from local.azure.site_actions import SITE
from local.azure.store import Document, Store
from local.azure.wire import Call, Route, reply
from local.processes import StartFailed

UNAVAILABLE = ArmError(400, "BadRequest", "Encountered an error (ServiceUnavailable) from host runtime.")


class SiteFunctions:
    """Operations on the functions of a site; each waits until a restart that is under way is over."""

    def __init__(self, store: Store, hosting: Hosting, packages: Packages) -> None:
        self._store, self._hosting, self._packages = store, hosting, packages

    def routes(self) -> list[Route]:
        """The operations."""
        return [
            Route("GET", SITE + "/functions", self._list),
            Route("GET", SITE + "/functions/{function}", self._get),
            Route("POST", SITE + "/host/default/sync", self._sync),
            Route("POST", SITE + "/host/default/listsyncstatus", self._sync),
            Route("POST", SITE + "/syncfunctiontriggers", self._sync),
            Route("GET", SITE + "/host/default/properties/status", self._status),
        ]

    async def runtime(self, call: Call) -> SiteRuntime:
        """The site's runtime, settled. Raises ArmError 404 when there is no such group or site."""
        self._store.group(call["group"])
        found = self._hosting.find(call["site"])
        if found is None or f"/resourcegroups/{call['group']}/".lower() not in found["id"].lower():
            raise not_found("/".join(call.path.split("/")[:9]), call["group"])
        return await self._hosting.settled(call["site"])

    async def _functions(self, call: Call) -> list[Document]:
        runtime = await self.runtime(call)
        if runtime.process is not None and runtime.process.alive:
            found: list[Document] = await self._ask(runtime, "/admin/functions")
            self._packages.remember(call["site"], found)
        elif runtime.failure:
            return []
        return [self._envelope(call, function) for function in self._packages.functions(call["site"])]

    async def _list(self, call: Call) -> web.Response:
        return reply({"value": await self._functions(call), "nextLink": None})

    async def _get(self, call: Call) -> web.Response:
        return reply(await self.function(call))

    async def function(self, call: Call) -> Document:
        """The envelope of the function that the path names. Raises ArmError 404 when there is none."""
        wanted = call["function"].lower()
        found = next((one for one in await self._functions(call) if one["properties"]["name"].lower() == wanted), None)
        if found is None:
            raise ArmError(404, "NotFound", f"The function '{call['function']}' was not found in '{call['site']}'.")
        return found

    async def _sync(self, call: Call) -> web.Response:
        runtime = await self.runtime(call)
        if runtime.process is None or not runtime.process.alive:
            raise UNAVAILABLE
        await self._functions(call)
        return reply(status=204)

    async def _status(self, call: Call) -> web.Response:
        status = await self._ask(await self.runtime(call), "/admin/host/status")
        return reply({"id": call.path, "name": "status", "type": "Microsoft.Web/sites/host/properties", "properties": status})

    @staticmethod
    async def _ask(runtime: SiteRuntime, path: str) -> Any:
        if runtime.process is None:
            raise UNAVAILABLE
        try:
            return await runtime.process.admin(path)
        except StartFailed as error:
            raise UNAVAILABLE from error

    @staticmethod
    def _envelope(call: Call, function: Document) -> Document:
        site_id = "/".join(call.path.split("/")[:9])
        name, site = function["name"], call["site"]
        base = f"https://{site.lower()}.azurewebsites.net"
        return {
            "id": f"{site_id}/functions/{name}",
            "name": f"{site}/{name}",
            "type": "Microsoft.Web/sites/functions",
            "properties": {
                "name": name,
                "function_app_id": site_id,
                "href": f"{base}/admin/functions/{name}",
                "invoke_url_template": function.get("invoke_url_template") or f"{base}/api/{name}",
                "language": function.get("language", "python"),
                "config": function["config"],
                "files": {},
                "test_data": "",
                "isDisabled": bool(function.get("isDisabled", False)),
            },
        }
