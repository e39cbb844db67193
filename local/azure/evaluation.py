"""The values of one template: its parameters, variables and the functions that look at the deployment and its scope.

Never here: the order of resources (`template.py`), HTTP.
"""

from collections.abc import Callable, Sequence
from typing import Any

from local.azure.errors import ArmError
from local.azure.expressions import ExpressionError, Function, Unresolved, is_expression, literal, read, work_out
from local.azure.ids import ResourceId, group_id
from local.azure.settings import Settings
from local.azure.store import Document
from local.azure.template_functions import PURE


def invalid(message: str) -> ArmError:
    """A template that cannot be deployed."""
    return ArmError(400, "InvalidTemplate", f"Deployment template validation failed: '{message}'.")


class Later(str):
    """An expression that stays as it is until something has been deployed (in what-if and validation)."""

    __slots__ = ()


class Evaluation:
    """Works out expressions against one deployment.

    Args:
        settings: subscription and tenant.
        group: the resource group's envelope.
        deployment: the deployment's name.
        find: what a GET of a resource returns, or None when it is not there.
        keys: the keys of a storage account by its id, as `listKeys` returns them.
        preview: leave what is not there yet, and what is secret, as expressions instead of failing.
    """

    def __init__(
        self,
        settings: Settings,
        group: Document,
        deployment: str,
        *,
        find: Callable[[ResourceId], Document | None],
        keys: Callable[[ResourceId], Document],
        preview: bool,
    ) -> None:
        self._settings, self._group, self._deployment = settings, group, deployment
        self._find, self._keys, self._preview = find, keys, preview
        self.parameters: Document = {}
        self.variables: Document = {}
        self.names: dict[str, ResourceId] = {}
        """Resources of this template by name, for `reference('name')`."""
        self._scoped: dict[str, Function] = {
            "parameters": lambda parts: self._named("parameter", self.parameters, parts[0]),
            "variables": lambda parts: self.value(self._named("variable", self.variables, parts[0]), f"variables.{parts[0]}"),
            "resourceid": self._resource_id,
            "extensionresourceid": lambda parts: _typed(str(parts[0]), parts[1:]),
            "subscriptionresourceid": lambda parts: _typed(f"/subscriptions/{self._settings.subscription}", parts),
            "reference": self._reference,
            "listkeys": self._list_keys,
            "resourcegroup": lambda _: self._group,
            "subscription": self._subscription,
            "tenant": lambda _: {"tenantId": self._settings.tenant, "displayName": "Local"},
            "deployment": lambda _: {"name": self._deployment},
            "environment": self._environment,
        }

    def value(self, given: Any, path: str) -> Any:
        """A part of the template with every expression worked out.

        Args:
            given: JSON of the template.
            path: where it stands, for messages.

        Raises:
            ArmError: 400 InvalidTemplate, naming the place.
            Unresolved: it refers to what is not there yet, and this is no preview.
        """
        if isinstance(given, dict):
            return {self.value(name, path): self.value(held, f"{path}.{name}") for name, held in given.items()}
        if isinstance(given, list):
            return [self.value(held, f"{path}[{at}]") for at, held in enumerate(given)]
        if not isinstance(given, str) or isinstance(given, Later):
            return given
        if not is_expression(given):
            return literal(given)
        try:
            return work_out(read(given), self._function)
        except Unresolved:
            if self._preview:
                return Later(given)
            raise
        except (ExpressionError, LookupError, TypeError, ValueError) as error:
            raise invalid(f"The template expression at '{path}' is not valid: {error}") from error

    def _function(self, name: str) -> Function:
        found = self._scoped.get(name.lower()) or PURE.get(name.lower())
        if found is None:
            raise ExpressionError(f"the template function '{name}' is not valid")
        return found

    def _named(self, kind: str, held: Document, name: str) -> Any:
        for known, value in held.items():
            if known.lower() == str(name).lower():
                return value
        raise ExpressionError(f"the template {kind} '{name}' is not found; it must be declared in '{kind}s'")

    def _resource_id(self, parts: Sequence[Any]) -> str:
        texts = [str(part) for part in parts]
        at = next((at for at, text in enumerate(texts) if "/" in text), None)
        if at is None or len(texts) - at - 1 != texts[at].count("/"):
            raise ExpressionError("'resourceId' takes a type and as many names as the type has segments")
        subscription = texts[0] if at == 2 else self._settings.subscription
        group = texts[at - 1] if at else self._group["name"]
        return _typed(group_id(subscription, group), texts[at:])

    def _target(self, name: str) -> ResourceId:
        if name.startswith("/"):
            return ResourceId.parse(name)
        found = self.names.get(name.lower())
        if found is None:
            raise ExpressionError(f"the resource '{name}' is not defined in the template")
        return found

    def _reference(self, parts: Sequence[Any]) -> Any:
        found = self._find(self._target(str(parts[0])))
        if found is None:
            raise Unresolved
        return found if len(parts) > 2 and str(parts[2]).lower() == "full" else found.get("properties", {})

    def _list_keys(self, parts: Sequence[Any]) -> Any:
        target = self._target(str(parts[0]))
        if self._preview or self._find(target) is None:
            raise Unresolved
        return self._keys(target)

    def _subscription(self, _parts: Sequence[Any]) -> Document:
        number = self._settings.subscription
        return {
            "id": f"/subscriptions/{number}",
            "subscriptionId": number,
            "tenantId": self._settings.tenant,
            "displayName": "Local",
        }

    def _environment(self, _parts: Sequence[Any]) -> Document:
        return {
            "name": "AzureCloud",
            "resourceManager": self._settings.arm_url,
            "authentication": {"loginEndpoint": "https://login.microsoftonline.com/", "tenant": "common"},
            "suffixes": {"storage": "core.windows.net", "keyvaultDns": ".vault.azure.net"},
        }


def _typed(scope: str, parts: Sequence[Any]) -> str:
    namespace, *kinds = str(parts[0]).split("/")
    pairs = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, parts[1:], strict=True))
    return f"{scope}/providers/{namespace}/{pairs}"
