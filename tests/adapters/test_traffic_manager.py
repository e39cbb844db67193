"""What is particular to Traffic Manager: status and weight of endpoints, profiles that cannot route, what is left alone."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.azure.clients import AzureClients
from adapters.errors import Conflict, NotFound
from adapters.routers.traffic_manager import TrafficManager
from local.environment import Environment
from tests.adapters.aws_resources import unique
from tests.contracts.router_sides import GROUP, endpoint, make_profile, profile_clients, traffic_client

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def clients(environment: Environment) -> AzureClients:
    return profile_clients(environment)


def made(clients: AzureClients, **changed: Any) -> tuple[TrafficManager, str]:
    name = unique("profile")
    make_profile(clients, name, **changed)
    return TrafficManager(clients, GROUP, name, "aws", "azure"), name


def found(clients: AzureClients, name: str) -> dict[str, tuple[str, int]]:
    """Status and weight of each endpoint, asked at its own address."""
    endpoints = traffic_client(clients).endpoints
    each = {one: endpoints.get(GROUP, name, "ExternalEndpoints", one).properties for one in ("aws", "azure")}
    return {one: (str(properties.endpoint_status.value), properties.weight) for one, properties in each.items()}


def test_a_side_without_clients_is_disabled_since_no_weight_is_0(clients: AzureClients) -> None:
    port, name = made(clients)
    port.set_weight(25, MINUTE)
    assert found(clients, name) == {"aws": ("Enabled", 75), "azure": ("Enabled", 25)}
    port.set_weight(100, MINUTE)
    assert found(clients, name) == {"aws": ("Disabled", 75), "azure": ("Enabled", 100)}
    port.set_weight(0, MINUTE)
    assert found(clients, name) == {"aws": ("Enabled", 100), "azure": ("Disabled", 100)}


def test_weights_of_any_sum_are_read_as_percentages(clients: AzureClients) -> None:
    port, _ = made(clients, endpoints=[endpoint("aws", "Enabled", 750), endpoint("azure", "Enabled", 250)])
    assert port.weight() == 25


def test_what_is_not_ours_stays_as_it_is(clients: AzureClients) -> None:
    header = {"name": "x-probe", "value": "a-secret"}
    port, name = made(
        clients,
        monitorConfig={"protocol": "HTTPS", "port": 8443, "path": "/up", "customHeaders": [header]},
        endpoints=[endpoint("aws", "Enabled"), endpoint("azure", "Disabled"), endpoint("spare", "Disabled", 9)],
    )
    before = port.snapshot()
    assert "a-secret" not in str(before)
    port.set_weight(50, timedelta(seconds=5))
    port.restore(before)
    assert port.snapshot() == before
    monitor = traffic_client(clients).profiles.get(GROUP, name).properties.monitor_config
    assert (monitor.port, monitor.path, monitor.custom_headers[0].value) == (8443, "/up", "a-secret")


def test_a_profile_that_cannot_send_clients_by_weight_is_refused_as_soon_as_it_is_read(clients: AzureClients) -> None:
    on, off = endpoint("aws", "Enabled"), endpoint("azure", "Disabled")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"trafficRoutingMethod": "Priority"}, "Priority"),
        ({"profileStatus": "Disabled"}, "Disabled"),
        ({"endpoints": [on, off, endpoint("third", "Enabled")]}, "third"),
        ({"endpoints": [on | {"name": "azure"} | {"properties": off["properties"]}, endpoint("aws", "Disabled")]}, "both"),
    ]
    for changed, words in cases:
        port, _ = made(clients, **changed)
        with pytest.raises(Conflict, match=words) as raised:
            port.snapshot()
        assert raised.value.mend


def test_endpoints_that_came_or_went_are_named_when_the_others_are_back(clients: AzureClients) -> None:
    port, name = made(clients)
    before = port.snapshot()
    port.set_weight(25, MINUTE)
    endpoints = traffic_client(clients).endpoints
    endpoints.create_or_update(GROUP, name, "ExternalEndpoints", "third", endpoint("third", "Disabled"))
    with pytest.raises(Conflict, match="third"):
        port.restore(before)
    assert port.weight() == 0
    endpoints.delete(GROUP, name, "ExternalEndpoints", "azure")
    with pytest.raises(NotFound, match="azure"):
        port.weight()
