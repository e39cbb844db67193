"""Deployments of ARM templates through the real azure-mgmt-resource-deployments: foreseen, carried out, refused."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from tests.local.arm_support import StandIn

SITE_ID = "resourceId('Microsoft.Web/sites', parameters('siteName'))"
TEMPLATE: dict[str, Any] = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {
        "siteName": {"type": "string"},
        "location": {"type": "string", "defaultValue": "[resourceGroup().location]"},
        "secret": {"type": "secureString", "defaultValue": ""},
    },
    "variables": {"plan": "[concat(parameters('siteName'), '-plan')]"},
    "resources": [
        {
            "type": "Microsoft.Web/sites",
            "apiVersion": "2024-04-01",
            "name": "[parameters('siteName')]",
            "location": "[parameters('location')]",
            "kind": "functionapp,linux",
            "identity": {"type": "SystemAssigned"},
            "dependsOn": ["[resourceId('Microsoft.Web/serverfarms', variables('plan'))]"],
            "properties": {
                "serverFarmId": "[resourceId('Microsoft.Web/serverfarms', variables('plan'))]",
                "siteConfig": {
                    "appSettings": [
                        {"name": "GREETING", "value": "hello"},
                        {
                            "name": "KEYS",
                            "value": "[reference(resourceId('Microsoft.KeyVault/vaults', 'orders-vault')).vaultUri]",
                        },
                    ]
                },
            },
        },
        {
            "type": "Microsoft.Web/serverfarms",
            "apiVersion": "2024-04-01",
            "name": "[variables('plan')]",
            "location": "[parameters('location')]",
            "sku": {"name": "FC1", "tier": "FlexConsumption"},
            "properties": {"reserved": True},
        },
        {
            "type": "Microsoft.KeyVault/vaults",
            "apiVersion": "2023-07-01",
            "name": "orders-vault",
            "location": "[parameters('location')]",
            "properties": {"sku": {"family": "A", "name": "standard"}},
        },
        {
            "type": "Microsoft.Authorization/roleAssignments",
            "apiVersion": "2022-04-01",
            "scope": "[resourceId('Microsoft.KeyVault/vaults', 'orders-vault')]",
            "name": "[guid(resourceGroup().id, parameters('siteName'))]",
            "dependsOn": ["[parameters('siteName')]"],
            "properties": {
                "roleDefinitionId": "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b')]",
                "principalId": f"[reference({SITE_ID}, '2024-04-01', 'Full').identity.principalId]",
            },
        },
    ],
    "outputs": {
        "host": {"type": "string", "value": "[reference(parameters('siteName')).defaultHostName]"},
        "hidden": {"type": "secureString", "value": "[parameters('secret')]"},
    },
}


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with StandIn(tmp_path_factory.mktemp("arm")) as started:
        yield started


@pytest.fixture
def empty(arm: StandIn) -> StandIn:
    if arm.resources.resource_groups.check_existence("orders"):
        arm.resources.resource_groups.begin_delete("orders").result()
    arm.resources.resource_groups.create_or_update("orders", {"location": "westeurope"})
    return arm


def body(template: dict[str, Any] = TEMPLATE, **parameters: Any) -> Any:
    given = {name: {"value": value} for name, value in {"siteName": "orders-func", **parameters}.items()}
    return {"properties": {"mode": "Incremental", "template": template, "parameters": given}}


def foreseen(arm: StandIn, asked: Any) -> dict[str, Any]:
    result = arm.deployments.deployments.begin_what_if("orders", "main", asked).result()
    assert result["status"] == "Succeeded"
    return {change["resourceId"].rpartition("/")[2]: change for change in result["properties"]["changes"]}


def deploy(arm: StandIn, asked: Any) -> Any:
    return arm.deployments.deployments.begin_create_or_update("orders", "main", asked).result()


def test_what_if_tells_what_will_be_created_and_changes_nothing(empty: StandIn) -> None:
    changes = foreseen(empty, body())
    assert {name: change["changeType"] for name, change in changes.items() if "-func" in name or "vault" in name} == {
        "orders-func": "Create",
        "orders-func-plan": "Create",
        "orders-vault": "Create",
    }
    assert len(changes) == 4
    assert list(empty.resources.resources.list_by_resource_group("orders")) == []


def test_a_deployment_creates_in_order_and_gives_outputs(empty: StandIn) -> None:
    done = deploy(empty, body(secret="do-not-show"))
    assert done["properties"]["provisioningState"] == "Succeeded"
    assert done["properties"]["outputs"] == {
        "host": {"type": "string", "value": "orders-func.azurewebsites.net"},
        "hidden": {"type": "secureString"},
    }
    assert done["properties"]["parameters"]["secret"] == {"type": "secureString"}
    settings = empty.web.web_apps.list_application_settings("orders", "orders-func")["properties"]
    assert settings == {"GREETING": "hello", "KEYS": f"{empty.vault_url}/"}
    listed = {one.type for one in empty.resources.resources.list_by_resource_group("orders")}
    assert listed == {"Microsoft.Web/sites", "Microsoft.Web/serverfarms", "Microsoft.KeyVault/vaults"}
    order = [
        one["properties"]["targetResource"]["resourceType"]
        for one in empty.deployments.deployment_operations.list("orders", "main")
    ]
    assert order.index("Microsoft.Web/serverfarms") < order.index("Microsoft.Web/sites")
    assert order.index("Microsoft.Web/sites") < order.index("Microsoft.Authorization/roleAssignments")
    assert "do-not-show" not in (empty.folder / "arm.log").read_text()


def test_what_if_afterwards_sees_no_change_and_then_the_one_that_is_made(empty: StandIn) -> None:
    deploy(empty, body())
    assert {change["changeType"] for change in foreseen(empty, body()).values()} == {"NoChange"}
    changed = copy.deepcopy(TEMPLATE)
    changed["resources"][0]["properties"]["siteConfig"]["appSettings"][0]["value"] = "bye"
    change = foreseen(empty, body(changed))["orders-func"]
    assert change["changeType"] == "Modify"
    delta = change["delta"][0]
    assert (delta["path"], delta["propertyChangeType"]) == ("properties.siteConfig.appSettings", "Array")
    assert delta["children"][0]["children"] == [
        {"path": "value", "propertyChangeType": "Modify", "before": "hello", "after": "bye"}
    ]
    fewer = {**TEMPLATE, "resources": TEMPLATE["resources"][1:3]}
    fewer.pop("outputs")
    assert foreseen(empty, body(fewer))["orders-func"]["changeType"] == "Ignore"


def test_a_resource_that_fails_is_told_and_the_independent_ones_are_made(empty: StandIn) -> None:
    broken = copy.deepcopy(TEMPLATE)
    broken["resources"][2]["name"] = "another-vault"
    with pytest.raises(HttpResponseError) as failed:
        deploy(empty, body(broken))
    assert failed.value.error is not None and failed.value.error.code == "DeploymentFailed"
    found: Any = empty.deployments.deployments.get("orders", "main")
    assert found["properties"]["provisioningState"] == "Failed"
    assert [detail["code"] for detail in found["properties"]["error"]["details"]] == ["VaultAlreadyExists"]
    operations = list(empty.deployments.deployment_operations.list("orders", "main"))
    states = {one["properties"]["targetResource"]["resourceName"]: one["properties"]["provisioningState"] for one in operations}
    assert states == {"another-vault": "Failed", "orders-func-plan": "Succeeded"}


def test_a_reference_alone_puts_resources_in_order(empty: StandIn) -> None:
    noted = copy.deepcopy(TEMPLATE["resources"][1:3])
    noted[0]["properties"]["note"] = "[reference('orders-vault').vaultUri]"
    template = {**TEMPLATE, "resources": noted, "outputs": {}}
    deploy(empty, body(template))
    plan: Any = empty.web.app_service_plans.get("orders", "orders-func-plan")
    assert plan["properties"]["note"] == f"{empty.vault_url}/"
    noted[0]["properties"]["note"] = "[reference(resourceId('Microsoft.KeyVault/vaults', 'nowhere')).vaultUri]"
    with pytest.raises(HttpResponseError, match="neither there nor deployed before it"):
        deploy(empty, body(template))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("resources", 0, "properties", "serverFarmId"), "[shout('x')]", "the template function 'shout' is not valid"),
        (("resources", 0, "name"), "[parameters('nobody')]", "template parameter 'nobody' is not found"),
        (("resources", 0, "name"), "[concat('a']", "'\\)' is missing"),
        (("resources", 0, "dependsOn"), ["nothing"], "is not defined in the template"),
        (("resources", 0, "apiVersion"), "2001-01-01", "No registered resource provider found"),
        (("resources", 0, "apiVersion"), None, "api-version query parameter"),
        (("resources", 1, "copy"), {"name": "all", "count": 2}, "no loops"),
    ],
)
def test_an_invalid_template_is_refused_with_its_place(empty: StandIn, path: tuple[Any, ...], value: Any, message: str) -> None:
    template = copy.deepcopy(TEMPLATE)
    place: Any = template
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(HttpResponseError, match=message):
        empty.deployments.deployments.begin_validate("orders", "main", body(template)).result()


def test_parameters_are_checked(empty: StandIn) -> None:
    validate = empty.deployments.deployments.begin_validate
    with pytest.raises(HttpResponseError, match="'siteName' is not provided"):
        validate("orders", "main", {"properties": {"mode": "Incremental", "template": TEMPLATE}}).result()
    with pytest.raises(HttpResponseError, match="'nobody' in the parameters file are not valid"):
        validate("orders", "main", body(nobody=1)).result()
    with pytest.raises(HttpResponseError, match="'siteName' is not of type 'string'"):
        validate("orders", "main", body(siteName=7)).result()


def test_a_valid_template_validates_and_a_deployment_can_be_listed_and_deleted(empty: StandIn) -> None:
    deployments = empty.deployments.deployments
    valid = deployments.begin_validate("orders", "main", body()).result()
    assert len(valid["properties"]["validatedResources"]) == 4
    deploy(empty, body())
    assert deployments.check_existence("orders", "main")
    assert [one.name for one in deployments.list_by_resource_group("orders")] == ["main"]
    deployments.begin_delete("orders", "main").result()
    with pytest.raises(ResourceNotFoundError):
        deployments.get("orders", "main")
    assert empty.web.web_apps.get("orders", "orders-func").name == "orders-func"


def test_complete_mode_removes_what_the_template_does_not_have(empty: StandIn) -> None:
    deploy(empty, body())
    fewer = {**TEMPLATE, "resources": TEMPLATE["resources"][1:3], "outputs": {}}
    asked = body(fewer)
    asked["properties"]["mode"] = "Complete"
    assert foreseen(empty, asked)["orders-func"]["changeType"] == "Delete"
    deploy(empty, asked)
    with pytest.raises(ResourceNotFoundError):
        empty.web.web_apps.get("orders", "orders-func")
