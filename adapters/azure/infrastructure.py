"""ARM deployments of the target's resource group: checked, foreseen, begun, watched; and what is in the group.

Never here: the template's content. Source: Microsoft.Resources 2026-06-01, "Deployments", and "Resources".
"""

import json
from contextlib import suppress

from azure.core.exceptions import ResourceNotFoundError
from azure.mgmt.resource.deployments.models import (
    Deployment,
    DeploymentParameter,
    DeploymentProperties,
    DeploymentWhatIf,
    DeploymentWhatIfProperties,
    WhatIfChange,
)

from adapters.azure.arm_errors import innermost
from adapters.azure.artifacts import Artifacts
from adapters.azure.clients import AzureClients, plain
from adapters.azure.errors import azure_errors
from adapters.errors import AdapterError
from adapters.records import Json

_LARGEST = 4 * 1024 * 1024
"""Resource Manager's limit for a template."""
_ENDED = {"Succeeded", "Failed", "Canceled"}
_REHEARSAL = "dayzero-rehearsal"
"""Name under which a template is validated and foreseen; nothing of that name is ever deployed."""


class GroupDeployments:
    """Deployments of one resource group.

    Args:
        clients: of its subscription.
        resource_group: its name; it must exist.
        artifacts: where templates come from.
    """

    def __init__(self, clients: AzureClients, resource_group: str, artifacts: Artifacts) -> None:
        self._clients, self._group, self._artifacts = clients, resource_group, artifacts
        self._words = f"resource group {resource_group}"
        self._mend = "Create the resource group, or correct its name in the plan."

    def validate(self, url: str, sha256: str, parameters: Json) -> None:
        """Let Resource Manager check the template.

        Raises:
            AdapterError: `invalid`, with the innermost error's text.
        """
        properties = DeploymentProperties(**self._properties(url, sha256, parameters))
        with azure_errors(f"template for {self._words}", self._mend):
            found = self._clients.deployments.deployments.begin_validate(
                self._group, _REHEARSAL, Deployment(properties=properties)
            ).result()
        if found and found.error:
            raise AdapterError(
                "invalid", f"template for {self._words}: {innermost(found.error)}", "Correct the template or its parameters."
            )

    def what_if(self, url: str, sha256: str, parameters: Json) -> list[Json]:
        """Changes that a deployment would make, sorted by resource: `resource`, `change`.

        Raises:
            AdapterError: `invalid` when Resource Manager cannot foresee them.
        """
        changes = self._changes(url, sha256, parameters)
        return [{"resource": one.resource_id or "", "change": plain(one.change_type)} for one in changes]

    def foreseen(self, url: str, sha256: str, parameters: Json) -> list[Json]:
        """Every resource as it would be, sorted by `id`, without those that would be deleted; values may be secret.

        Raises:
            AdapterError: `invalid` when Resource Manager cannot foresee them.
        """
        after = [
            one.after or one.before for one in self._changes(url, sha256, parameters) if plain(one.change_type) != "Delete"
        ]
        return [dict(one) for one in after if one]

    def _changes(self, url: str, sha256: str, parameters: Json) -> list[WhatIfChange]:
        properties = DeploymentWhatIfProperties(**self._properties(url, sha256, parameters))
        with azure_errors(f"template for {self._words}", self._mend):
            found = self._clients.deployments.deployments.begin_what_if(
                self._group, _REHEARSAL, DeploymentWhatIf(properties=properties)
            ).result()
        if found.error:
            raise AdapterError(
                "invalid", f"template for {self._words}: {innermost(found.error)}", "Correct the template or its parameters."
            )
        return sorted(found.changes or [], key=lambda one: one.resource_id or "")

    def deploy(self, name: str, url: str, sha256: str, parameters: Json) -> None:
        """Begin the deployment, unless one of this name runs or has succeeded."""
        if self.state(name)[0] in {"Running", "Succeeded"}:
            return
        properties = DeploymentProperties(**self._properties(url, sha256, parameters))
        with azure_errors(f"deployment {name} in {self._words}", self._mend):
            self._clients.deployments.deployments.begin_create_or_update(
                self._group, name, Deployment(properties=properties), polling=False
            )

    def state(self, name: str) -> tuple[str, str]:
        """Running, Succeeded, Failed or NotFound, and the innermost error's text."""
        with azure_errors(f"deployment {name} in {self._words}", self._mend):
            try:
                found = self._clients.deployments.deployments.get(self._group, name).properties
            except ResourceNotFoundError:
                return "NotFound", ""
            state = plain(found.provisioning_state) if found else ""
            if state not in _ENDED:
                return "Running", ""
            if state == "Succeeded":
                return state, ""
            return "Failed", self._reason(name) or innermost(found.error if found else None) or state

    def resources(self) -> list[str]:
        """Ids of all resources in the group, sorted."""
        with azure_errors(self._words, self._mend):
            return sorted(one.id for one in self._clients.resources.resources.list_by_resource_group(self._group) if one.id)

    def remove(self, resource_id: str) -> None:
        """Delete a resource and wait until it is gone; one that is not there is fine."""
        with azure_errors(f"resource {resource_id}"), suppress(ResourceNotFoundError):
            self._clients.resources.resources.begin_delete_by_id(resource_id, api_version=self._version(resource_id)).result()

    def _properties(self, url: str, sha256: str, parameters: Json) -> Json:
        with self._artifacts.open(url, sha256) as file:
            text = file.read(_LARGEST + 1)
        if len(text) > _LARGEST:
            raise AdapterError(
                "invalid", f"template for {self._words}: larger than 4 MiB", "Split it; Resource Manager takes no more."
            )
        try:
            template = json.loads(text)
        except ValueError as error:
            raise AdapterError(
                "invalid", f"template for {self._words}: not JSON ({error})", "Plan the compiled template, not the Bicep file."
            ) from error
        values = {name: DeploymentParameter(value=value) for name, value in parameters.items()}
        return {"template": template, "parameters": values, "mode": "Incremental"}

    def _reason(self, name: str) -> str:
        """The errors of the operations that failed: they name the resource, which the deployment's own error may not."""
        told = []
        for one in self._clients.deployments.deployment_operations.list(self._group, name):
            operation = one.properties
            if operation and operation.provisioning_state == "Failed" and operation.status_message:
                target = operation.target_resource
                told.append(f"{target.resource_name if target else name}: {innermost(operation.status_message.error)}")
        return "; ".join(told)

    def _version(self, resource_id: str) -> str:
        """The newest stable api-version of the resource's type: Resource Manager has none that fits all."""
        namespace, *parts = resource_id.rpartition("/providers/")[2].split("/")
        kind = "/".join(parts[::2])
        for one in self._clients.resources.providers.get_at_tenant_scope(namespace).resource_types or []:
            if (one.resource_type or "").lower() == kind.lower() and one.api_versions:
                stable = [version for version in one.api_versions if "preview" not in version]
                return max(stable or one.api_versions)
        raise AdapterError("invalid", f"resource {resource_id}: its type is not known to Azure", "Remove it by hand.")
