"""What is asked of a site beyond create, read and delete: start, stop, settings, references, network, deployments.

Shapes: specification/web/resource-manager/Microsoft.Web, WebApps. Never here: functions and keys (`site_functions.py`).
"""

from aiohttp import web

from local.azure.errors import ArmError, not_found
from local.azure.hosting import Hosting
from local.azure.ids import ResourceId
from local.azure.packages import Packages
from local.azure.references import References
from local.azure.resources import Resources
from local.azure.store import Document, Store
from local.azure.wire import Call, Handler, Route, reply

SITE = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Web/sites/{site}"


class SiteActions:
    """Operations on one site."""

    def __init__(
        self, store: Store, resources: Resources, hosting: Hosting, packages: Packages, references: References
    ) -> None:
        self._store, self._resources, self._hosting = store, resources, hosting
        self._packages, self._references = packages, references

    def routes(self) -> list[Route]:
        """The operations; every path begins with the site's id."""
        return [
            Route("POST", SITE + "/start", self._state("Running")),
            Route("POST", SITE + "/stop", self._state("Stopped")),
            Route("POST", SITE + "/restart", self._restart),
            Route("POST", SITE + "/config/appsettings/list", self._settings),
            Route("GET", SITE + "/config/appsettings", self._settings_are_posted),
            Route("GET", SITE + "/config/configreferences/appsettings", self._reference_list),
            Route("GET", SITE + "/config/configreferences/appsettings/{setting}", self._reference),
            Route("GET", SITE + "/virtualNetworkConnections", self._networks),
            Route("GET", SITE + "/extensions/onedeploy", self._deployed),
            Route("GET", SITE + "/hostNameBindings", self._host_names),
            Route("GET", SITE + "/deployments", self._deployments),
            Route("GET", SITE + "/deployments/{deployment}", self._deployment),
        ]

    def _site(self, call: Call) -> tuple[ResourceId, Document]:
        rid = ResourceId(
            call["subscription"], call["group"], call.path.split("/providers/")[0], "Microsoft.Web", ("sites",), (call["site"],)
        )
        self._store.group(rid.group)
        envelope = self._resources.find(rid)
        if envelope is None:
            raise not_found(str(rid), rid.group)
        return rid, envelope

    def _state(self, state: str) -> Handler:
        async def change(call: Call) -> web.Response:
            rid, envelope = self._site(call)
            self._store.put("resources", rid.key, {**envelope, "properties": {**envelope["properties"], "state": state}})
            await self._hosting.refresh(rid.name)
            return reply()

        return change

    async def _restart(self, call: Call) -> web.Response:
        rid, _ = self._site(call)
        await self._hosting.refresh(rid.name, restart=True)
        return reply()

    async def _settings(self, call: Call) -> web.Response:
        rid, envelope = self._site(call)
        return reply(
            {
                "id": f"{rid}/config/appsettings",
                "name": "appsettings",
                "type": "Microsoft.Web/sites/config",
                "location": envelope.get("location"),
                "properties": self._hosting.app_settings(rid.name),
            }
        )

    async def _settings_are_posted(self, call: Call) -> web.Response:
        self._site(call)
        raise ArmError(405, "MethodNotAllowed", "Settings are secret: POST to config/appsettings/list.")

    def _reference_items(self, call: Call) -> list[Document]:
        rid, envelope = self._site(call)
        found = self._references.outcomes(self._hosting.app_settings(rid.name), identity=bool(envelope.get("identity")))
        return [
            {
                "id": f"{rid}/config/configreferences/appsettings/{name}",
                "name": name,
                "type": "Microsoft.Web/sites/config/configreferences",
                "location": envelope.get("location"),
                "properties": outcome.properties(),
            }
            for name, outcome in found.items()
        ]

    async def _reference_list(self, call: Call) -> web.Response:
        return reply({"value": self._reference_items(call), "nextLink": None})

    async def _reference(self, call: Call) -> web.Response:
        found = next((item for item in self._reference_items(call) if item["name"] == call["setting"]), None)
        if found is None:
            raise ArmError(404, "NotFound", f"The app setting '{call['setting']}' is not a Key Vault reference.")
        return reply(found)

    async def _networks(self, call: Call) -> web.Response:
        rid, _ = self._site(call)
        connections = []
        for item in self._resources.of_type(str(rid), "Microsoft.Web/sites/networkConfig"):
            subnet = item["properties"]["subnetResourceId"]
            properties = {"vnetResourceId": subnet, "isSwift": True}
            name = subnet.rpartition("/")[2]
            connections.append({"id": f"{rid}/virtualNetworkConnections/{name}", "name": name, "properties": properties})
        return web.json_response(connections)  # a bare array: this operation of Microsoft.Web has no "value"

    async def _host_names(self, call: Call) -> web.Response:
        rid, _ = self._site(call)
        own = f"{rid.name.lower()}.azurewebsites.net"
        default = {
            "id": f"{rid}/hostNameBindings/{own}",
            "name": f"{rid.name}/{own}",
            "type": "Microsoft.Web/sites/hostNameBindings",
            "properties": {"siteName": rid.name, "hostNameType": "Verified", "azureResourceType": "Website"},
        }
        return reply({"value": [default, *self._resources.of_type(str(rid), "Microsoft.Web/sites/hostNameBindings")]})

    async def _deployed(self, call: Call) -> web.Response:
        rid, _ = self._site(call)
        return reply({"value": [_as_resource(rid, one) for one in self._packages.deployments(rid.name)]})

    async def _deployments(self, call: Call) -> web.Response:
        return await self._deployed(call)

    async def _deployment(self, call: Call) -> web.Response:
        rid, _ = self._site(call)
        found = self._packages.find(rid.name, call["deployment"])
        if found is None:
            raise not_found(call.path, rid.group)
        return reply(_as_resource(rid, found))


def _as_resource(rid: ResourceId, deployment: Document) -> Document:
    return {
        "id": f"{rid}/deployments/{deployment['id']}",
        "name": deployment["id"],
        "type": "Microsoft.Web/sites/deployments",
        "properties": deployment,
    }
