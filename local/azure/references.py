"""Key Vault references in app settings: their syntax, what they resolve to, and the status that App Service reports.

Source: "Use Key Vault references as app settings"; the states are `ResolveStatus` of Microsoft.Web.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from local.azure.errors import ArmError
from local.azure.secrets import Secrets
from local.azure.settings import Settings
from local.azure.store import Document

_REFERENCE = re.compile(r"@Microsoft\.KeyVault\((.*)\)", re.IGNORECASE)


@dataclass(frozen=True)
class Outcome:
    """What one reference came to; `value` only when the status is Resolved."""

    status: str
    reference: str
    vault: str = ""
    secret: str = ""
    version: str = ""
    details: str = ""
    active_version: str = ""
    value: str | None = None

    def properties(self) -> Document:
        """The properties of an ApiKVReference; never the value."""
        return {
            "reference": self.reference,
            "status": self.status,
            "vaultName": self.vault,
            "secretName": self.secret,
            "secretVersion": self.version or None,
            "activeVersion": self.active_version or None,
            "identityType": {"type": "SystemAssigned"},
            "details": self.details
            or f"Reference has been {'successfully resolved' if self.value is not None else 'left as it is'}.",
            "source": "KeyVault",
        }


class References:
    """Resolves references against the one vault."""

    def __init__(self, settings: Settings, secrets: Secrets) -> None:
        self._secrets, self._vault_name = secrets, settings.vault_name
        self._hosts = {
            f"127.0.0.1:{settings.vault_port}",
            f"localhost:{settings.vault_port}",
            f"{settings.vault_name}.vault.azure.net",
        }

    @staticmethod
    def is_reference(value: str) -> bool:
        """Whether a setting's value is meant as a reference."""
        return _REFERENCE.fullmatch(value.strip()) is not None

    def outcomes(self, settings: Mapping[str, str], *, identity: bool) -> dict[str, Outcome]:
        """The outcome of every setting that is a reference; `identity` says whether the site has one to ask with."""
        return {name: self._resolve(value.strip(), identity) for name, value in settings.items() if self.is_reference(value)}

    def environment(self, settings: Mapping[str, str], *, identity: bool) -> dict[str, str]:
        """The settings as the process sees them: resolved, or literal where that failed."""
        found = {
            name: outcome.value
            for name, outcome in self.outcomes(settings, identity=identity).items()
            if outcome.value is not None
        }
        return {**settings, **found}

    def _resolve(self, text: str, identity: bool) -> Outcome:
        aim = self._aim(text)
        if aim is None:
            return Outcome("InvalidSyntax", text, details="The reference needs SecretUri, or VaultName and SecretName.")
        vault, secret, version = aim
        aimed = Outcome("", text, vault, secret, version)
        if not identity:
            return _with(aimed, "MSINotEnabled", "The site has no managed identity to read the vault with.")
        if vault.lower() != self._vault_name.lower():
            return _with(aimed, "VaultNotFound", f"Key Vault '{vault}' was not found.")
        try:
            bundle = self._secrets.get(secret, version)
        except ArmError as error:
            known = bool(self._secrets.versions(secret))
            status = "OtherReasons" if error.status == 403 else "SecretVersionNotFound" if known else "SecretNotFound"
            return _with(aimed, status, error.message)
        active = bundle["id"].rpartition("/")[2]
        return Outcome("Resolved", text, vault, secret, version, active_version=active, value=bundle["value"])

    def _aim(self, text: str) -> tuple[str, str, str] | None:
        """Vault, secret and version ("" for the newest) that a reference names, or None."""
        inside = _REFERENCE.fullmatch(text)
        if inside is None:
            return None
        pairs = [part.partition("=") for part in inside[1].split(";") if part]
        fields = {name.strip().lower(): value.strip() for name, _, value in pairs}
        if "secreturi" in fields:
            uri = urlsplit(fields["secreturi"])
            parts = uri.path.strip("/").split("/")
            if uri.scheme != "https" or len(parts) not in {2, 3} or parts[0].lower() != "secrets":
                return None
            vault = self._vault_name if uri.netloc.lower() in self._hosts else uri.netloc.partition(".")[0]
            return vault, parts[1], parts[2] if len(parts) == 3 else ""
        if fields.get("vaultname") and fields.get("secretname"):
            return fields["vaultname"], fields["secretname"], fields.get("secretversion", "")
        return None


def _with(aimed: Outcome, status: str, details: str) -> Outcome:
    return Outcome(status, aimed.reference, aimed.vault, aimed.secret, aimed.version, details=details)
