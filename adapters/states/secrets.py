"""Secrets Manager to Key Vault: the `SecretCopier`."""

import boto3
from azure.core.credentials import TokenCredential


class KeyVaultCopier:
    """Copies secrets; values never leave it."""

    def __init__(self, *, session: boto3.Session, credential: TokenCredential) -> None:
        self._session, self._credential = session, credential
