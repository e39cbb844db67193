"""Permissions, on Azure: what no role allows in the target's resource group is told."""

import json
from collections.abc import Iterator

import pytest

from adapters.azure.infrastructure import GroupDeployments
from adapters.azure.permissions import GroupPermissions
from adapters.errors import Denied
from local.environment import Environment
from local.processes import ROOT
from tests.contracts.azure_target import AzureTarget, function_app, until

READ, STOP, SECRET = "Microsoft.Web/sites/read", "Microsoft.Web/sites/stop/action", "Microsoft.KeyVault/vaults/secrets/delete"

EMPTY = json.dumps(
    {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [],
    }
).encode()


@pytest.fixture
def target(environment: Environment) -> Iterator[AzureTarget]:
    made = AzureTarget(environment.variables())
    yield made
    made.remove()


def test_nothing_is_missing_for_an_owner_of_everything(target: AzureTarget) -> None:
    assert GroupPermissions(target.clients, target.group).missing([(READ, "/g"), (SECRET, "/g")]) == []


def test_what_no_role_allows_is_missing_with_its_scope(target: AzureTarget) -> None:
    port = GroupPermissions(target.clients, target.group)
    target.allow({"actions": ["Microsoft.Web/sites/*"], "notActions": ["*/stop/action"]})
    assert port.missing([(READ, "/g"), (STOP, "/g"), (SECRET, "/v")]) == [f"{STOP} on /g", f"{SECRET} on /v"]
    target.allow({"actions": ["*"], "notActions": ["*/stop/action"]}, {"actions": [STOP]})
    assert port.missing([(STOP, "/g")]) == []


def test_the_role_of_the_agent_is_enough_for_the_app_its_package_and_its_template(target: AzureTarget) -> None:
    name, artifact = target.site(), target.blob(function_app("hello"))
    app, package = target.app(name), target.package(name)
    group, template = GroupDeployments(target.clients, target.group, target.artifacts), target.blob(EMPTY)
    role = json.loads((ROOT / "infra" / "azure-role.json").read_text())
    target.allow({"actions": role["Actions"]}, {"actions": ["Microsoft.Resources/deployments/whatIfResults/read"]})
    group.validate(*template, {})
    assert group.what_if(*template, {}) is not None
    group.deploy("under-the-role", *template, {})
    until(lambda: group.state("under-the-role")[0] == "Succeeded")
    assert group.resources()
    app.change_settings({"ONE": "1"}, [])
    package.publish(*artifact)
    until(app.functions)
    app.sync_triggers()
    assert app.reference_problems() == {}
    app.bind_domain("orders.example.com", None)
    app.unbind_domain("orders.example.com")
    package.restore(None)
    app.start()
    target.allow({"actions": [action for action in role["Actions"] if not action.endswith("/start/action")]})
    with pytest.raises(Denied, match="start/action"):
        app.start()
