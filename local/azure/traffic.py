"""Microsoft.Network/trafficManagerProfiles and their endpoints: who gets which share of the clients, kept and checked.

Never here: DNS. No name is served; the clients' way in (`local/edge.py`) reads a profile and spreads requests by it.
Source: specification/trafficmanager/resource-manager/Microsoft.Network.
"""

from typing import Any, override

from aiohttp import web

from local.azure.errors import ArmError, not_found
from local.azure.ids import ResourceId
from local.azure.resources import Kind, Resources
from local.azure.store import Document
from local.azure.wire import Call, Route, reply

TYPE = "Microsoft.Network/trafficManagerProfiles"
_METHODS = {"Performance", "Priority", "Weighted", "Geographic", "MultiValue", "Subnet"}
_ENDPOINT_TYPES = {name.lower(): name for name in ("azureEndpoints", "externalEndpoints", "nestedEndpoints")}


def _bad(why: str) -> ArmError:
    return ArmError(400, "BadRequest", why)


class TrafficProfileKind(Kind):
    """A profile with its endpoints inside; a PUT replaces all of it."""

    tracked = True

    @override
    def complete(self, rid: ResourceId, body: Document, before: Document | None) -> Document:
        envelope = super().complete(rid, body, before)
        given: Document = body.get("properties") or {}
        if given.get("trafficRoutingMethod") not in _METHODS:
            raise _bad("The value of the property 'trafficRoutingMethod' is missing or unknown.")
        dns = given.get("dnsConfig") or {}
        if not dns.get("relativeName"):
            raise _bad("The property 'dnsConfig.relativeName' is required.")
        if not isinstance(dns.get("ttl", 60), int) or not 0 <= dns.get("ttl", 60) <= 2_147_483_647:
            raise _bad("The value of the property 'dnsConfig.ttl' must be from 0 to 2147483647.")
        endpoints = [_endpoint(rid, one) for one in given.get("endpoints") or []]
        if len({one["name"].lower() for one in endpoints}) < len(endpoints):
            raise _bad("Two endpoints have one name.")
        envelope["properties"] = {
            "profileStatus": given.get("profileStatus") or "Enabled",
            "trafficRoutingMethod": given["trafficRoutingMethod"],
            "dnsConfig": {"relativeName": dns["relativeName"], "ttl": dns.get("ttl", 60)},
            "monitorConfig": {"protocol": "HTTP", "port": 80, "path": "/", **(given.get("monitorConfig") or {})},
            "endpoints": endpoints,
            "trafficViewEnrollmentStatus": given.get("trafficViewEnrollmentStatus") or "Disabled",
        }
        return envelope

    @override
    def present(self, rid: ResourceId, envelope: Document) -> Document:
        properties = envelope["properties"]
        on = properties["profileStatus"] == "Enabled"
        endpoints = [_shown(one, on) for one in properties["endpoints"]]
        online = any(one["properties"]["endpointMonitorStatus"] == "Online" for one in endpoints)
        status = "Disabled" if not on else "Online" if online else "Inactive"
        return {**envelope, "type": TYPE, "properties": {
            **properties,
            "dnsConfig": {**properties["dnsConfig"], "fqdn": f"{properties['dnsConfig']['relativeName']}.trafficmanager.net"},
            "monitorConfig": {**properties["monitorConfig"], "profileMonitorStatus": status},
            "endpoints": endpoints,
        }}  # fmt: skip


class TrafficEndpoints:
    """The endpoints of a profile by addresses of their own."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def routes(self) -> list[Route]:
        """Get, put, patch and delete."""
        group = "/subscriptions/{subscription}/resourceGroups/{group}"
        path = group + "/providers/Microsoft.Network/trafficManagerProfiles/{profile}/{type}/{name}"
        kept = [("GET", self._get), ("PUT", self._put), ("PATCH", self._put), ("DELETE", self._delete)]
        return [Route(method, path, handler) for method, handler in kept]

    async def _get(self, call: Call) -> web.Response:
        rid = ResourceId.parse(call.path)
        found = [one for one in self._profile(rid)["properties"]["endpoints"] if one["name"].lower() == rid.name.lower()]
        if not found:
            raise not_found(str(rid), rid.group)
        return reply(found[0])

    async def _put(self, call: Call) -> web.Response:
        rid, body = ResourceId.parse(call.path), await call.body()
        profile = self._profile(rid)
        before = next((one for one in profile["properties"]["endpoints"] if one["name"].lower() == rid.name.lower()), None)
        if before is None and call.request.method == "PATCH":
            raise not_found(str(rid), rid.group)
        kept = before["properties"] if before and call.request.method == "PATCH" else {}
        wanted = {"name": rid.name, "type": rid.type, "properties": {**kept, **(body.get("properties") or {})}}
        await self._replace(rid, profile, wanted)
        return await self._get(call) if before else reply((await self._shown(rid)), 201)

    async def _delete(self, call: Call) -> web.Response:
        rid = ResourceId.parse(call.path)
        await self._replace(rid, self._profile(rid), None)
        return reply({"boolean": True})

    async def _shown(self, rid: ResourceId) -> Document:
        return next(one for one in self._profile(rid)["properties"]["endpoints"] if one["name"].lower() == rid.name.lower())

    def _profile(self, rid: ResourceId) -> Document:
        assert rid.parent is not None  # noqa: S101 - the route has a profile before the endpoint
        return self._resources.get(rid.parent)

    async def _replace(self, rid: ResourceId, profile: Document, wanted: Document | None) -> None:
        assert rid.parent is not None  # noqa: S101 - as above
        others = [one for one in profile["properties"]["endpoints"] if one["name"].lower() != rid.name.lower()]
        await self._resources.put(rid.parent, {"properties": {
            **profile["properties"], "endpoints": [*others, *([wanted] if wanted else [])],
        }})  # fmt: skip


def _endpoint(profile: ResourceId, given: Any) -> Document:
    """An endpoint as it is kept.

    Raises:
        ArmError: 400 when it is not acceptable.
    """
    if not isinstance(given, dict) or not given.get("name"):
        raise _bad("An endpoint needs a name.")
    properties: Document = dict(given.get("properties") or {})
    kind = _ENDPOINT_TYPES.get(str(given.get("type", "")).rpartition("/")[2].lower())
    if kind is None:
        raise _bad(f"The type of the endpoint '{given['name']}' is missing or unknown.")
    if not properties.get("target") and not properties.get("targetResourceId"):
        raise _bad(f"The endpoint '{given['name']}' has no target.")
    weight = properties.get("weight", 1)
    if not isinstance(weight, int) or not 1 <= weight <= 1000:
        raise _bad(f"The weight of the endpoint '{given['name']}' must be from 1 to 1000.")
    if properties.get("endpointStatus", "Enabled") not in {"Enabled", "Disabled"}:
        raise _bad(f"The status of the endpoint '{given['name']}' is unknown.")
    properties.pop("endpointMonitorStatus", None)
    return {
        "id": f"{profile}/{kind}/{given['name']}",
        "name": given["name"],
        "type": f"{TYPE}/{kind}",
        "properties": {"endpointStatus": "Enabled", "weight": 1, "priority": 1, **properties},
    }


def _shown(endpoint: Document, profile_on: bool) -> Document:
    properties = endpoint["properties"]
    status = ("Online" if profile_on else "Inactive") if properties["endpointStatus"] == "Enabled" else "Disabled"
    return {**endpoint, "properties": {**properties, "endpointMonitorStatus": status}}
