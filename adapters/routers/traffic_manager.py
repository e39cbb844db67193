"""An Azure Traffic Manager profile that routes by weight: which share of DNS answers leads to which of two endpoints.

Lives here: status and weight of two endpoints, and the profile's lifetime of answers. Never here: how the profile looks after
the health of its endpoints; an unhealthy one gets no clients whatever its weight.
Source: Microsoft.Network trafficManagerProfiles, "Profiles - Create Or Update"; "Traffic Manager routing methods", weighted.
"""

import copy
import math
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from azure.mgmt.trafficmanager import TrafficManagerManagementClient

from adapters.azure.clients import AzureClients
from adapters.azure.errors import azure_errors
from adapters.errors import AdapterError, Conflict, NotFound
from adapters.records import Json, Split
from adapters.routers.name_servers import answers, authoritative, comparable

_MEND = "Correct traffic.profile in the plan, or create it in the target's resource group with both endpoints."


class TrafficManager:
    """Router of a weighted profile.

    Weights go from 1 to 1000, so a side without clients is an endpoint that is disabled. Both endpoints change in one request.
    The service does not tell when its name servers know of a change (it takes seconds); the plan's `settle` is to cover that.

    Args:
        clients: of the subscription.
        resource_group: of the profile.
        profile: its name.
        source_endpoint: name of the endpoint that leads to AWS.
        target_endpoint: name of the endpoint that leads to Azure.
        name_servers: asked by `observed`, as `host` or `host:port`; without any, those of the profile's own name.
    """

    def __init__(
        self,
        clients: AzureClients,
        resource_group: str,
        profile: str,
        source_endpoint: str,
        target_endpoint: str,
        name_servers: Sequence[str] = (),
    ) -> None:
        self._profiles: Any = TrafficManagerManagementClient(
            clients.credential, clients.subscription, clients.endpoint, credential_scopes=[clients.scope]
        ).profiles
        self._group, self._name = resource_group, profile
        self._source, self._target, self._name_servers = source_endpoint, target_endpoint, name_servers
        self._what = f"Traffic Manager profile {profile}"
        self._lock = threading.Lock()

    def snapshot(self) -> Json:
        """The lifetime, and status and weight of every endpoint. Not the headers of health probes: they may be secret.

        Raises:
            NotFound: the profile or one of its two endpoints does not exist.
            Conflict: the profile cannot route by weight between the two, as it stands.
        """
        profile = self._profile()
        self._pair(profile)
        endpoints = {name: _chosen(endpoint) for name, endpoint in _endpoints(profile).items()}
        return {"profile": self._name, "ttl": _ttl(profile), "endpoints": dict(sorted(endpoints.items()))}

    def weight(self) -> int:
        """Percentage of answers that lead to the target, should both endpoints be healthy."""
        source, target = (_share(endpoint) for endpoint in self._pair(self._profile()))
        return round(100 * target / (source + target))

    def set_weight(self, target: int, ttl: timedelta) -> None:
        """Weights `100 - target` and `target` and the lifetime, in one change; 0 disables the endpoint.

        Raises:
            AdapterError: `invalid` for a weight outside 0 to 100.
        """
        if not 0 <= target <= 100:
            raise AdapterError("invalid", f"{self._what}: {target} is not a percentage", "Give a weight from 0 to 100.")
        with self._lock:
            before = self._profile()
            wanted = copy.deepcopy(before)
            for endpoint, share in zip(self._pair(wanted), (100 - target, target), strict=True):
                endpoint["properties"] |= (
                    {"endpointStatus": "Enabled", "weight": share} if share else {"endpointStatus": "Disabled"}
                )
            wanted["properties"]["dnsConfig"]["ttl"] = math.ceil(ttl.total_seconds())
            self._put(before, wanted)

    def restore(self, before: Json) -> None:
        """Lifetime, and status and weight of every endpoint, as they were.

        Raises:
            Conflict: an endpoint was deleted or added since; all others are back by then.
        """
        with self._lock:
            found = self._profile()
            wanted, there = copy.deepcopy(found), _endpoints(found).keys()
            for name, endpoint in _endpoints(wanted).items():
                endpoint["properties"] |= before["endpoints"].get(name, {})
            wanted["properties"]["dnsConfig"]["ttl"] = before["ttl"]
            self._put(found, wanted)
        if other := sorted(there ^ before["endpoints"].keys()):
            what = f"{self._what}: endpoints that were added or deleted since: {', '.join(other)}"
            raise Conflict(what, "Delete or create them by hand, as the ledger shows the profile.")

    def observed(self, samples: int) -> Split:
        """Look-ups of the profile's own name at its name servers; the answer is the name or the address of an endpoint."""
        profile = self._profile()
        source, target = (_leads_to(endpoint) for endpoint in self._pair(profile))
        if source == target:
            return Split(0, 0, "both endpoints lead to the same place, so that no answer tells them apart")
        name = str(profile["properties"]["dnsConfig"]["fqdn"])
        servers = self._name_servers or authoritative(name)
        sent = sum(target in answer for answer in answers(servers, name, "A", samples))
        return Split(samples, sent, f"{name} at {', '.join(servers)}")

    def _put(self, before: Json, wanted: Json) -> None:
        """Write the profile as a whole, since the service has no change of several endpoints; nothing when nothing differs."""
        if wanted == before:
            return
        with azure_errors(self._what, _MEND):
            self._profiles.create_or_update(self._group, self._name, wanted)

    def _profile(self) -> Json:
        """The profile as the service shows it, without what only it can say."""
        with azure_errors(self._what, _MEND):
            found: Json = self._profiles.get(self._group, self._name).as_dict()
        properties = found["properties"]
        properties.get("monitorConfig", {}).pop("profileMonitorStatus", None)
        for endpoint in properties.get("endpoints", []):
            endpoint["properties"].pop("endpointMonitorStatus", None)
        return found

    def _pair(self, profile: Json) -> tuple[Json, Json]:
        """Source's and target's endpoint in the profile, checked."""
        endpoints, properties = _endpoints(profile), profile["properties"]
        for name in (self._source, self._target):
            if name not in endpoints:
                mend = "Create it, disabled if no client may go there yet, or correct the plan's traffic."
                raise NotFound(f"{self._what}: no endpoint {name}", mend)
        if properties.get("trafficRoutingMethod") != "Weighted" or properties.get("profileStatus") == "Disabled":
            what = f"routes by {properties.get('trafficRoutingMethod')} and is {properties.get('profileStatus')}"
            raise Conflict(f"{self._what} {what}", "Let it be an enabled profile that routes by weight (Weighted).")
        pair = endpoints[self._source], endpoints[self._target]
        others = [name for name, one in endpoints.items() if _share(one) and name not in {self._source, self._target}]
        if others:
            raise Conflict(f"{self._what}: {', '.join(others)} takes clients too", "Disable it, or remove it.")
        if not any(map(_share, pair)):
            raise Conflict(f"{self._what}: both endpoints are disabled", "Enable the one that clients use.")
        return pair


def _endpoints(profile: Json) -> dict[str, Json]:
    return {str(endpoint["name"]): endpoint for endpoint in profile["properties"].get("endpoints", [])}


def _chosen(endpoint: Json) -> Json:
    """What of an endpoint is changed and restored."""
    properties = endpoint["properties"]
    return {name: properties[name] for name in ("endpointStatus", "weight") if properties.get(name) is not None}


def _share(endpoint: Json) -> int:
    properties = endpoint["properties"]
    return int(properties.get("weight") or 1) if properties.get("endpointStatus", "Enabled") == "Enabled" else 0


def _leads_to(endpoint: Json) -> str:
    return comparable(str(endpoint["properties"].get("target", "")))


def _ttl(profile: Json) -> int:
    return int(profile["properties"].get("dnsConfig", {}).get("ttl", 0))
