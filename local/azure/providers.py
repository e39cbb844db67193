"""Resource providers: which types a namespace has here, and their api-versions. Shape: Provider of Microsoft.Resources."""

from collections.abc import Iterable

from aiohttp import web

from local.azure.errors import ArmError
from local.azure.versions import REGISTERED
from local.azure.wire import Call, Route, reply


class Providers:
    """The providers of the resource types that the stand-in knows."""

    def __init__(self, types: Iterable[str]) -> None:
        self._types = sorted(types)

    def routes(self) -> list[Route]:
        """The operation at a subscription, and at the tenant, which needs no right on any subscription."""
        path = "/providers/{namespace}"
        return [Route("GET", path, self._get), Route("GET", "/subscriptions/{subscription}" + path, self._get)]

    async def _get(self, call: Call) -> web.Response:
        namespace = call["namespace"]
        versions = REGISTERED.get(namespace.lower())
        if versions is None:
            raise ArmError(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")
        own = [kind.partition("/")[2] for kind in self._types if kind.lower().startswith(f"{namespace.lower()}/")]
        types = [{"resourceType": kind, "apiVersions": sorted(versions, reverse=True)} for kind in own]
        return reply({"namespace": namespace, "registrationState": "Registered", "resourceTypes": types})
