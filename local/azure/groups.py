"""Subscriptions, resource groups and resources of any type, as azure-mgmt-resource asks for them.

Never here: what one resource type is. Source: specification/resources/resource-manager/Microsoft.Resources.
"""

from aiohttp import web

from local.azure.errors import ArmError, bad_content, group_not_found, not_found
from local.azure.ids import ResourceId, group_id
from local.azure.resources import Resources
from local.azure.settings import Settings
from local.azure.store import Document, Store
from local.azure.wire import Call, Route, reply

_SUBSCRIPTION = "/subscriptions/{subscription}"
_GROUP = _SUBSCRIPTION + "/resourceGroups/{group}"
_RESOURCE = _GROUP + "/providers/{rest*}"


class Groups:
    """The operations that every type shares."""

    def __init__(self, settings: Settings, store: Store, resources: Resources) -> None:
        self._settings, self._store, self._resources = settings, store, resources

    def routes(self) -> list[Route]:
        """The operations; the last ones take any resource id, so they come after all others."""
        return [
            Route("GET", "/subscriptions", self._subscriptions),
            Route("GET", _SUBSCRIPTION, self._subscription),
            Route("GET", _SUBSCRIPTION + "/resourceGroups", self._list),
            Route("GET", _SUBSCRIPTION + "/resources", self._all_resources),
            Route("GET", _SUBSCRIPTION + "/providers/{namespace}/{type}", self._everywhere),
            Route("GET", _GROUP, self._get),
            Route("HEAD", _GROUP, self._exists),
            Route("PUT", _GROUP, self._put),
            Route("PATCH", _GROUP, self._patch),
            Route("DELETE", _GROUP, self._delete),
            Route("GET", _GROUP + "/resources", self._resource_list),
            Route("GET", _RESOURCE, self._get_resource),
            Route("HEAD", _RESOURCE, self._resource_exists),
            Route("PUT", _RESOURCE, self._put_resource),
            Route("PATCH", _RESOURCE, self._put_resource),
            Route("DELETE", _RESOURCE, self._delete_resource),
        ]

    def _envelope(self) -> Document:
        number = self._settings.subscription
        return {
            "id": f"/subscriptions/{number}",
            "subscriptionId": number,
            "tenantId": self._settings.tenant,
            "displayName": "Local",
            "state": "Enabled",
            "authorizationSource": "RoleBased",
        }

    async def _subscriptions(self, _call: Call) -> web.Response:
        return reply({"value": [self._envelope()]})

    async def _subscription(self, _call: Call) -> web.Response:
        return reply(self._envelope())

    async def _list(self, _call: Call) -> web.Response:
        return reply({"value": [group for _, group in self._store.items("groups")]})

    async def _get(self, call: Call) -> web.Response:
        return reply(self._store.group(call["group"]))

    async def _exists(self, call: Call) -> web.Response:
        return reply(status=204 if self._store.get("groups", call["group"]) else 404)

    async def _put(self, call: Call) -> web.Response:
        body = await call.body()
        before = self._store.get("groups", call["group"])
        if not isinstance(body.get("location"), str):
            raise ArmError(400, "LocationRequired", "The location property is required for this definition.")
        if before and before["location"].lower() != body["location"].replace(" ", "").lower():
            raise ArmError(
                409, "InvalidResourceGroupLocation", f"Invalid resource group location '{body['location']}'. "
                f"The Resource group already exists in location '{before['location']}'.",
            )  # fmt: skip
        group = {
            "id": group_id(self._settings.subscription, call["group"]),
            "name": call["group"],
            "type": "Microsoft.Resources/resourceGroups",
            "location": body["location"].replace(" ", "").lower(),
            "tags": body.get("tags") or {},
            "properties": {"provisioningState": "Succeeded"},
        }
        self._store.put("groups", call["group"], group)
        return reply(group, 200 if before else 201)

    async def _patch(self, call: Call) -> web.Response:
        group, body = self._store.group(call["group"]), await call.body()
        if not isinstance(body.get("tags", {}), dict):
            raise bad_content("'tags' must be an object")
        group = {**group, "tags": body.get("tags", group["tags"])}
        self._store.put("groups", call["group"], group)
        return reply(group)

    async def _delete(self, call: Call) -> web.Response:
        if not self._store.get("groups", call["group"]):
            raise group_not_found(call["group"])
        for item in self._store.items("resources", group_id(self._settings.subscription, call["group"]) + "/"):
            await self._resources.delete(ResourceId.parse(item[1]["id"]))
        for key, _ in self._store.items("deployments", call["group"] + "/"):
            self._store.remove("deployments", key)
        self._store.remove("groups", call["group"])
        return reply(status=200)

    async def _all_resources(self, call: Call) -> web.Response:
        return reply({"value": self._resources.tracked(f"/subscriptions/{call['subscription']}")})

    async def _resource_list(self, call: Call) -> web.Response:
        self._store.group(call["group"])
        found = self._resources.tracked(group_id(self._settings.subscription, call["group"]))
        wanted = call.request.query.get("$filter", "")
        if wanted.lower().startswith("resourcetype eq "):
            kind = wanted.split(" ", 2)[2].strip("'").lower()
            found = [item for item in found if item["type"].lower() == kind]
        return reply({"value": found})

    async def _get_resource(self, call: Call) -> web.Response:
        """A resource, or all of a type when the path ends with the type."""
        own = call.path.rpartition("/providers/")[2].split("/")
        if len(own) % 2:
            return reply(self._resources.get(ResourceId.parse(call.path)))
        self._store.group(call["group"])
        found = self._resources.of_type(call.path.rpartition("/")[0], "/".join((own[0], *own[1::2])))
        return reply({"value": found, "nextLink": None})

    async def _everywhere(self, call: Call) -> web.Response:
        scope = f"/subscriptions/{call['subscription']}"
        return reply({"value": self._resources.of_type(scope, f"{call['namespace']}/{call['type']}"), "nextLink": None})

    async def _resource_exists(self, call: Call) -> web.Response:
        return reply(status=204 if self._resources.find(ResourceId.parse(call.path)) else 404)

    async def _put_resource(self, call: Call) -> web.Response:
        rid = ResourceId.parse(call.path)
        if call.request.method == "PATCH" and self._resources.find(rid) is None:
            raise not_found(str(rid), rid.group)
        return reply(await self._resources.put(rid, await call.body()))

    async def _delete_resource(self, call: Call) -> web.Response:
        rid = ResourceId.parse(call.path)
        self._store.group(rid.group)
        return reply(status=200 if await self._resources.delete(rid) else 204)
