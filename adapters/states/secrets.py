"""Secrets Manager to Key Vault: the `SecretCopier`.

Lives here: reading, comparing and setting secrets. Values stay inside one method, and no error, log or `repr` holds one.
Never here: references to secrets in app settings.
"""

import base64
import hmac
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
from azure.core.credentials import TokenCredential
from azure.core.exceptions import ResourceNotFoundError
from azure.keyvault.secrets import SecretClient, SecretProperties

from adapters.aws.errors import aws_errors
from adapters.azure.errors import azure_errors
from adapters.errors import AdapterError, NotFound

BINARY = "application/octet-stream;base64"
"""Content type of a secret that is binary in AWS; Key Vault holds text, so its value is base64."""
_LARGEST = 25 * 1024
"""Bytes of a value. Source: "About Azure Key Vault secrets"."""


@dataclass(frozen=True)
class _Secret:
    value: str = field(repr=False)
    content_type: str | None

    def same(self, other: "_Secret") -> bool:
        """Compared in constant time, so that the time tells nothing about the value."""
        equal = hmac.compare_digest(self.value.encode(), other.value.encode())
        return equal and self.content_type == other.content_type


class KeyVaultCopier:
    """Copies secrets; values never leave it."""

    def __init__(self, *, session: boto3.Session, credential: TokenCredential) -> None:
        self._source: Any = session.client("secretsmanager")
        self._vault = cache(lambda url: SecretClient(url, credential))

    def source_version(self, source: str) -> str:
        """Id of the version that is current in AWS; no value is read."""
        with aws_errors(f"secret {source}", "Check the secret's name in the plan."):
            stages = self._source.describe_secret(SecretId=source).get("VersionIdsToStages", {})
        current = [version for version, labels in stages.items() if "AWSCURRENT" in labels]
        if not current:
            raise NotFound(f"secret {source} has no value", "Put a value into the secret.")
        return str(current[0])

    def target_versions(self, vault: str, name: str) -> list[str]:
        """Ids of enabled versions, newest first; empty when the secret does not exist."""
        return [str(one.id) for one in self._enabled(vault, name)]

    def same(self, source: str, vault: str, name: str) -> bool:
        """Whether the newest enabled version holds what AWS holds."""
        return self._same(self._read_source(source), vault, name)

    def copy(self, source: str, vault: str, name: str) -> str:
        """Set a new version unless `same`; the id of the newest version. A secret that was deleted softly is recovered first,
        and its newest version is used if it is the same.

        Raises:
            AdapterError: `invalid`, the value is longer than Key Vault takes.
        """
        wanted = self._read_source(source)
        if self._same(wanted, vault, name):
            return self.target_versions(vault, name)[0]
        if len(wanted.value.encode()) > _LARGEST:
            raise AdapterError(
                "invalid",
                f"secret {source} has more than the {_LARGEST} bytes that Key Vault takes",
                "Split the secret, or leave it in AWS.",
            )
        client = self._vault(vault)
        with azure_errors(f"secret {name} in {vault}", secret=True):
            with suppress(ResourceNotFoundError):
                client.get_deleted_secret(name)
                client.begin_recover_deleted_secret(name).wait()
                if self._same(wanted, vault, name):
                    return self.target_versions(vault, name)[0]
            return str(client.set_secret(name, wanted.value, content_type=wanted.content_type).id)

    def remove(self, vault: str, name: str, keep: list[str]) -> None:
        """Disable every version that is not in `keep`; delete the secret when `keep` is empty."""
        client = self._vault(vault)
        with azure_errors(f"secret {name} in {vault}", secret=True):
            if not keep:
                with suppress(ResourceNotFoundError):
                    client.begin_delete_secret(name).wait()
                return
            for one in self._enabled(vault, name):
                if str(one.id) not in keep:
                    client.update_secret_properties(name, one.version, enabled=False)

    def _enabled(self, vault: str, name: str) -> list[SecretProperties]:
        with azure_errors(f"secret {name} in {vault}", secret=True), suppress(ResourceNotFoundError):
            found = [one for one in self._vault(vault).list_properties_of_secret_versions(name) if one.enabled]
            return sorted(found, key=_age)
        return []

    def _same(self, wanted: _Secret, vault: str, name: str) -> bool:
        versions = self._enabled(vault, name)
        if not versions:
            return False
        with azure_errors(f"secret {name} in {vault}", secret=True):
            found = self._vault(vault).get_secret(name, versions[0].version)
        return wanted.same(_Secret(found.value or "", found.properties.content_type))

    def _read_source(self, source: str) -> _Secret:
        with aws_errors(f"secret {source}", "Check the secret's name in the plan."):
            answer = self._source.get_secret_value(SecretId=source)
        if "SecretString" in answer:
            return _Secret(answer["SecretString"], None)
        if "SecretBinary" in answer:
            return _Secret(base64.b64encode(answer["SecretBinary"]).decode(), BINARY)
        raise NotFound(f"secret {source} has no value", "Put a value into the secret.")


def _age(version: SecretProperties) -> float:
    """Sorts the newest first."""
    return -version.created_on.timestamp() if version.created_on else 0.0
