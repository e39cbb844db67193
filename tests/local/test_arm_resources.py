"""Groups and resources of every type through the real azure-mgmt-resource, host names and networks through azure-mgmt-web."""

from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from tests.local.arm_support import StandIn

WEB = "2025-05-01"


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with StandIn(tmp_path_factory.mktemp("arm")) as started:
        started.site()
        yield started


def test_groups_are_created_listed_and_deleted_with_what_is_in_them(arm: StandIn) -> None:
    groups = arm.resources.resource_groups
    assert groups.create_or_update("extra", {"location": "West Europe", "tags": {"a": "b"}}).location == "westeurope"
    assert groups.check_existence("EXTRA") and not groups.check_existence("nowhere")
    assert "extra" in [group.name for group in groups.list()]
    with pytest.raises(HttpResponseError, match="already exists in location"):
        groups.create_or_update("extra", {"location": "northeurope"})
    site: Any = {"location": "westeurope", "properties": {}}
    arm.web.web_apps.begin_create_or_update("extra", "short-lived", site).result()
    groups.begin_delete("extra").result()
    assert not groups.check_existence("extra")
    with pytest.raises(ResourceNotFoundError, match="ResourceGroupNotFound"):
        arm.web.web_apps.get("extra", "short-lived")


def test_a_resource_of_any_type_is_recorded(arm: StandIn) -> None:
    resources = arm.resources.resources
    plan_id = f"{arm.group}/providers/Microsoft.Web/serverfarms/plan"
    plan: Any = {"location": "westeurope", "sku": {"name": "FC1"}, "properties": {"reserved": True}}
    resources.begin_create_or_update_by_id(plan_id, plan, api_version=WEB).result()
    assert arm.web.app_service_plans.get("orders", "plan").sku is not None
    assert "plan" in [one.name for one in arm.web.app_service_plans.list_by_resource_group("orders")]
    assert resources.check_existence_by_id(plan_id, api_version=WEB)
    unknown = f"{arm.group}/providers/Contoso.Custom/things/one"
    thing: Any = {"location": "westeurope", "properties": {"size": 3}}
    resources.begin_create_or_update_by_id(unknown, thing, api_version="2024-01-01").result()
    found: Any = resources.get_by_id(unknown, api_version="2024-01-01")
    assert found["properties"]["size"] == 3
    listed = [one.id for one in resources.list_by_resource_group("orders", filter="resourceType eq 'Contoso.Custom/things'")]
    assert listed == [unknown]
    resources.begin_delete_by_id(unknown, api_version="2024-01-01").result()
    assert not resources.check_existence_by_id(unknown, api_version="2024-01-01")


def test_providers_tell_whether_they_are_registered(arm: StandIn) -> None:
    web = arm.resources.providers.get("Microsoft.Web")
    assert web.registration_state == "Registered"
    types = {one.resource_type: one.api_versions for one in web.resource_types or []}
    assert WEB in (types["sites"] or [])
    assert arm.resources.providers.get_at_tenant_scope("Microsoft.Web").resource_types
    with pytest.raises(ResourceNotFoundError):
        arm.resources.providers.get("Contoso.Nothing")


def test_a_custom_domain_is_bound_and_unbound(arm: StandIn) -> None:
    apps = arm.web.web_apps
    binding: Any = {
        "properties": {"siteName": "orders-func", "customHostNameDnsRecordType": "CName", "hostNameType": "Verified"}
    }
    apps.create_or_update_host_name_binding("orders", "orders-func", "orders.example.com", binding)
    names = [one.name for one in apps.list_host_name_bindings("orders", "orders-func")]
    assert names == ["orders-func/orders-func.azurewebsites.net", "orders-func/orders.example.com"]
    assert apps.get_host_name_binding("orders", "orders-func", "orders.example.com")["properties"]["hostNameType"] == "Verified"
    site: Any = apps.get("orders", "orders-func")
    assert site["properties"]["hostNames"] == ["orders-func.azurewebsites.net", "orders.example.com"]
    apps.delete_host_name_binding("orders", "orders-func", "orders.example.com")
    with pytest.raises(ResourceNotFoundError):
        apps.get_host_name_binding("orders", "orders-func", "orders.example.com")


def test_the_network_of_a_site_can_be_read(arm: StandIn) -> None:
    apps = arm.web.web_apps
    assert list(apps.list_vnet_connections("orders", "orders-func")) == []
    subnet = f"{arm.group}/providers/Microsoft.Network/virtualNetworks/net/subnets/apps"
    asked: Any = {"properties": {"subnetResourceId": subnet}}
    apps.create_or_update_swift_virtual_network_connection_with_check("orders", "orders-func", asked)
    found: Any = apps.get_swift_virtual_network_connection("orders", "orders-func")
    assert found["properties"] == {"subnetResourceId": subnet, "swiftSupported": True}
    assert [one.name for one in apps.list_vnet_connections("orders", "orders-func")] == ["apps"]


def test_updating_a_site_keeps_its_settings_and_state(arm: StandIn) -> None:
    apps = arm.web.web_apps
    apps.update_application_settings("orders", "orders-func", {"properties": {"KEPT": "yes"}})
    apps.stop("orders", "orders-func")
    patch: Any = {"properties": {"httpsOnly": True}}
    updated: Any = apps.update("orders", "orders-func", patch)
    assert (updated["properties"]["httpsOnly"], updated["properties"]["state"]) == (True, "Stopped")
    assert apps.list_application_settings("orders", "orders-func")["properties"] == {"KEPT": "yes"}
    apps.start("orders", "orders-func")
