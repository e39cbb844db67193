"""Infrastructure: a template is checked, foreseen, deployed once; failures tell the innermost reason; removal by id."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.azure.infrastructure import GroupDeployments
from adapters.errors import AdapterError, NotFound
from local.environment import Environment
from tests.contracts.azure_target import AzureTarget, until

PLAN = {"type": "Microsoft.Web/serverfarms", "apiVersion": "2024-04-01", "name": "[parameters('name')]"}


def template(*resources: dict[str, Any]) -> bytes:
    return json.dumps(
        {
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "parameters": {"name": {"type": "string"}},
            "resources": [{"location": "[resourceGroup().location]", "sku": {"name": "FC1"}, **one} for one in resources],
        }
    ).encode()


@pytest.fixture(scope="module")
def target(environment: Environment) -> Iterator[AzureTarget]:
    made = AzureTarget(environment.variables())
    yield made
    made.remove()


@pytest.fixture
def port(target: AzureTarget) -> GroupDeployments:
    return GroupDeployments(target.clients, target.group, target.artifacts)


@pytest.fixture
def name() -> str:
    return f"plan-{uuid.uuid4().hex[:8]}"


def deployed(port: GroupDeployments, name: str, artifact: tuple[str, str], parameters: dict[str, Any]) -> tuple[str, str]:
    """The state that a deployment ends in."""
    port.deploy(name, *artifact, parameters)
    until(lambda: port.state(name)[0] != "Running")
    return port.state(name)


def test_a_good_template_is_valid_and_a_bad_one_says_why(target: AzureTarget, port: GroupDeployments, name: str) -> None:
    port.validate(*target.blob(template(PLAN)), {"name": name})
    with pytest.raises(AdapterError, match="name") as caught:
        port.validate(*target.blob(template(PLAN)), {})
    assert caught.value.code == "invalid"
    with pytest.raises(AdapterError, match="not JSON") as caught:
        port.validate(*target.blob(b"resource plan 'Microsoft.Web/serverfarms' = {}"), {})
    assert "Bicep" in caught.value.mend


def test_what_if_foresees_creation_and_then_nothing(target: AzureTarget, port: GroupDeployments, name: str) -> None:
    artifact, parameters = target.blob(template(PLAN)), {"name": name}

    def foreseen() -> list[str]:
        return [str(one["change"]) for one in port.what_if(*artifact, parameters) if one["resource"].endswith(name)]

    assert foreseen() == ["Create"]
    assert not any(resource.endswith(name) for resource in port.resources())
    assert deployed(port, f"d-{name}", artifact, parameters) == ("Succeeded", "")
    assert foreseen() == ["NoChange"]


def test_resources_are_foreseen_whole_before_they_are_there_and_when_the_template_has_them_no_more(
    target: AzureTarget, port: GroupDeployments, name: str
) -> None:
    artifact, parameters = target.blob(template(PLAN)), {"name": name}

    def foreseen(artifact: tuple[str, str]) -> dict[str, Any]:
        return next(one for one in port.foreseen(*artifact, parameters) if one["id"].endswith(name))

    assert (foreseen(artifact)["type"], foreseen(artifact)["sku"]["name"]) == ("Microsoft.Web/serverfarms", "FC1")
    deployed(port, f"d-{name}", artifact, parameters)
    assert foreseen(target.blob(template()))["sku"]["name"] == "FC1"


def test_a_deployment_that_succeeded_is_not_begun_again(target: AzureTarget, port: GroupDeployments, name: str) -> None:
    artifact = target.blob(template(PLAN))
    assert port.state(f"d-{name}") == ("NotFound", "")
    deployed(port, f"d-{name}", artifact, {"name": name})
    began = target.clients.deployments.deployments.get(target.group, f"d-{name}").properties
    port.deploy(f"d-{name}", *artifact, {"name": name})
    again = target.clients.deployments.deployments.get(target.group, f"d-{name}").properties
    assert began and again
    assert again.correlation_id == began.correlation_id


def test_a_failed_deployment_names_the_resource_and_the_innermost_reason(
    target: AzureTarget, port: GroupDeployments, name: str
) -> None:
    child = {"type": "Microsoft.Web/sites/config", "apiVersion": "2024-04-01", "name": f"{name}/appsettings", "properties": {}}
    state, reason = deployed(port, f"d-{name}", target.blob(template(child)), {"name": name})
    assert state == "Failed"
    assert reason.startswith(f"{name}/appsettings: ParentResourceNotFound")


def test_what_was_made_is_removed_and_twice_is_once(target: AzureTarget, port: GroupDeployments, name: str) -> None:
    deployed(port, f"d-{name}", target.blob(template(PLAN)), {"name": name})
    [made] = [resource for resource in port.resources() if resource.endswith(name)]
    port.remove(made)
    port.remove(made)
    assert made not in port.resources()
    port.remove(made.replace(target.group, "no-such-group"))


def test_a_template_with_another_hash_is_refused(target: AzureTarget, port: GroupDeployments, name: str) -> None:
    url, _ = target.blob(template(PLAN))
    with pytest.raises(AdapterError, match="SHA-256"):
        port.deploy(f"d-{name}", url, "0" * 64, {"name": name})
    assert port.state(f"d-{name}") == ("NotFound", "")


def test_a_missing_resource_group_is_told(target: AzureTarget) -> None:
    with pytest.raises(NotFound, match="no-such-group") as caught:
        GroupDeployments(target.clients, "no-such-group", target.artifacts).resources()
    assert "Create the resource group" in caught.value.mend
