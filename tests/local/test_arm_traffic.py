"""Traffic Manager on the ARM stand-in through the real azure-mgmt-trafficmanager: profiles, endpoints, refusals."""

from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.trafficmanager import TrafficManagerManagementClient

from tests.local.arm_support import SUBSCRIPTION, StandIn

KIND = "ExternalEndpoints"


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrafficManagerManagementClient]:
    with StandIn(tmp_path_factory.mktemp("arm")) as arm:
        arm.resources.resource_groups.create_or_update("orders", {"location": "westeurope"})
        yield TrafficManagerManagementClient(arm.credential, SUBSCRIPTION, arm.url)


def external(name: str, weight: int = 1, status: str = "Enabled") -> dict[str, Any]:
    properties = {"target": f"{name}.example.net", "weight": weight, "endpointStatus": status}
    return {"name": name, "type": f"Microsoft.Network/trafficManagerProfiles/{KIND}", "properties": properties}


def profile(*endpoints: dict[str, Any], **changed: Any) -> Any:
    properties = {"trafficRoutingMethod": "Weighted", "dnsConfig": {"relativeName": "orders-tm", "ttl": 30}}
    return {"location": "global", "properties": properties | {"endpoints": list(endpoints)} | changed}


def test_a_profile_is_kept_with_what_the_service_adds(traffic: TrafficManagerManagementClient) -> None:
    traffic.profiles.create_or_update("orders", "one", profile(external("aws"), external("azure", status="Disabled")))
    found: Any = traffic.profiles.get("orders", "one")
    assert (found.type, found.location) == ("Microsoft.Network/trafficManagerProfiles", "global")
    assert (found.properties.dns_config.fqdn, found.properties.dns_config.ttl) == ("orders-tm.trafficmanager.net", 30)
    assert found.properties.monitor_config.profile_monitor_status == "Online"
    states = {one.name: one.properties.endpoint_monitor_status.value for one in found.properties.endpoints}
    assert states == {"aws": "Online", "azure": "Disabled"}
    assert "one" in [one.name for one in traffic.profiles.list_by_resource_group("orders")]


def test_a_put_replaces_the_endpoints_and_each_has_its_own_address(traffic: TrafficManagerManagementClient) -> None:
    traffic.profiles.create_or_update("orders", "two", profile(external("aws"), external("old")))
    traffic.profiles.create_or_update("orders", "two", profile(external("aws", weight=700)))
    assert traffic.endpoints.get("orders", "two", KIND, "aws")["properties"]["weight"] == 700
    with pytest.raises(ResourceNotFoundError):
        traffic.endpoints.get("orders", "two", KIND, "old")
    new: Any = external("azure", weight=300)
    traffic.endpoints.create_or_update("orders", "two", KIND, "azure", new)
    off: Any = {"properties": {"endpointStatus": "Disabled"}}
    traffic.endpoints.update("orders", "two", KIND, "azure", off)
    found: Any = traffic.profiles.get("orders", "two")
    weights = {
        one.name: (one.properties.weight, str(one.properties.endpoint_status.value)) for one in found.properties.endpoints
    }
    assert weights == {"aws": (700, "Enabled"), "azure": (300, "Disabled")}
    traffic.endpoints.delete("orders", "two", KIND, "azure")
    assert [one.name for one in traffic.profiles.get("orders", "two")["properties"].endpoints] == ["aws"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (profile(external("aws", weight=0)), "from 1 to 1000"),
        (profile(external("aws", weight=1001)), "from 1 to 1000"),
        (profile(external("aws"), external("AWS")), "one name"),
        (profile(external("aws", status="Asleep")), "status"),
        (profile({"name": "aws", "type": "x/things", "properties": {"target": "a"}}), "type"),
        (profile(trafficRoutingMethod="Random"), "trafficRoutingMethod"),
        (profile(dnsConfig={}), "relativeName"),
    ],
    ids=["weight 0", "weight above 1000", "two of one name", "status", "type", "method", "no name"],
)
def test_what_the_service_refuses_is_refused(traffic: TrafficManagerManagementClient, body: Any, words: str) -> None:
    with pytest.raises(HttpResponseError, match=words) as raised:
        traffic.profiles.create_or_update("orders", "bad", body)
    assert raised.value.status_code == 400
