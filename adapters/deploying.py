"""What is deployed to the target: the app's code, and the template of what it needs. Their ports.

Never here: an SDK, a provider, a retry. Every method raises `adapters.errors.AdapterError` only; every change is idempotent.
"""

from typing import Protocol

from adapters.records import Json


class Package(Protocol):
    """The code of the function app."""

    def current(self) -> str | None:
        """Id of the deployment that runs; None when there is none."""
        ...

    def publish(self, url: str, sha256: str) -> str:
        """Fetch the package, refuse it when its hash differs, publish it, and return the deployment's id once it is done."""
        ...

    def restore(self, deployment: str | None) -> None:
        """Back to an earlier deployment; None: there was none, so the app is stopped."""
        ...

    def read(self, url: str, sha256: str, name: str) -> str | None:
        """The text of one file in a package that need not be published; None when the package has none of that name."""
        ...


class Infrastructure(Protocol):
    """ARM deployments of the target's resource group."""

    def validate(self, url: str, sha256: str, parameters: Json) -> None: ...

    def what_if(self, url: str, sha256: str, parameters: Json) -> list[Json]:
        """Changes that a deployment would make: `resource`, `change` (Create, Modify, NoChange, Ignore, Delete)."""
        ...

    def foreseen(self, url: str, sha256: str, parameters: Json) -> list[Json]:
        """Every resource of the group as it would be after a deployment, in Resource Manager's own JSON, with `id` and `type`.

        Values may be secret: never record them. What only a deployment can work out stands there as an expression.
        """
        ...

    def deploy(self, name: str, url: str, sha256: str, parameters: Json) -> None:
        """Begin the deployment, unless one of this name already runs or has succeeded."""
        ...

    def state(self, name: str) -> tuple[str, str]:
        """Provisioning state (Running, Succeeded, Failed, NotFound) and the error's text."""
        ...

    def resources(self) -> list[str]:
        """Ids of all resources in the group."""
        ...

    def remove(self, resource_id: str) -> None: ...
