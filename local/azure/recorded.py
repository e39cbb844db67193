"""Resource types that are recorded with the properties that other resources read from them: vaults, identities, monitoring.

Never here: types with an effect of their own (`sites.py`, `storage.py`).
"""

import uuid
from typing import override

from local.azure.errors import ArmError, bad_content
from local.azure.ids import ResourceId
from local.azure.resources import Kind
from local.azure.settings import Settings
from local.azure.store import Document
from local.azure.tokens import Tokens


def _number(rid: ResourceId, what: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{rid.key}/{what}"))


class VaultKind(Kind):
    """`Microsoft.KeyVault/vaults`: the one that this stand-in serves."""

    tracked = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @override
    def complete(self, rid: ResourceId, body: Document, before: Document | None) -> Document:
        if rid.name.lower() != self._settings.vault_name.lower():
            raise ArmError(
                409, "VaultAlreadyExists", f"The vault name '{rid.name}' is already in use: this stand-in serves the vault "
                f"'{self._settings.vault_name}'; use that name or change 'vault_name' in its configuration.",
            )  # fmt: skip
        envelope = super().complete(rid, body, before)
        envelope["properties"] = {
            "tenantId": self._settings.tenant,
            **envelope["properties"],
            "vaultUri": f"{self._settings.vault_url}/",
        }
        return envelope


class IdentityKind(Kind):
    """`Microsoft.ManagedIdentity/userAssignedIdentities`."""

    tracked = True

    def __init__(self, settings: Settings, tokens: Tokens) -> None:
        self._settings, self._tokens = settings, tokens

    @override
    def complete(self, rid: ResourceId, body: Document, before: Document | None) -> Document:
        client = _number(rid, "client")
        ids = {"tenantId": self._settings.tenant, "clientId": client, "principalId": self._tokens.principal(client)}
        envelope = super().complete(rid, body, before)
        return {**envelope, "properties": ids}


class ComponentKind(Kind):
    """`Microsoft.Insights/components`."""

    tracked = True

    @override
    def complete(self, rid: ResourceId, body: Document, before: Document | None) -> Document:
        envelope, key = super().complete(rid, body, before), _number(rid, "key")
        envelope["properties"] |= {
            "InstrumentationKey": key,
            "AppId": _number(rid, "app"),
            "ConnectionString": f"InstrumentationKey={key}",
            "Application_Type": envelope["properties"].get("Application_Type", "web"),
        }
        return envelope


class RoleAssignmentKind(Kind):
    """`Microsoft.Authorization/roleAssignments`: recorded; what is allowed is said by `permissions.py`."""

    @override
    def complete(self, rid: ResourceId, body: Document, before: Document | None) -> Document:
        properties = body.get("properties") or {}
        missing = [name for name in ("roleDefinitionId", "principalId") if not properties.get(name)]
        if missing:
            raise bad_content(f"properties.{missing[0]} is required")
        envelope = super().complete(rid, body, before)
        envelope["properties"] = {**envelope["properties"], "scope": rid.scope}
        envelope["properties"].pop("provisioningState")
        return envelope
