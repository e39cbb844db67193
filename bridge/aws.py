"""How the app signs in to AWS from Azure: with a role that trusts its managed identity, or with what boto3 finds by itself.

Lives here: the session. Never here: a stored key, or a call of a particular service.
"""

from collections.abc import Mapping
from functools import partial

import boto3
import botocore.session
from azure.core.credentials import TokenCredential
from botocore.credentials import (
    AssumeRoleWithWebIdentityCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)

from bridge.calls import AWS_LIMITS

AUDIENCE = "api://AzureADTokenExchange"


def aws_session(settings: Mapping[str, str], credential: TokenCredential) -> boto3.Session:
    """A session as BRIDGE_ROLE_ARN, BRIDGE_AUDIENCE and BRIDGE_REGION say; nothing is asked of AWS yet.

    Args:
        settings: without BRIDGE_ROLE_ARN boto3's default chain is used, without BRIDGE_REGION its region.
        credential: where the token for the role comes from.
    """
    region, role = settings.get("BRIDGE_REGION"), settings.get("BRIDGE_ROLE_ARN")
    core = botocore.session.Session()
    if role:
        provider = _Role(core, role, settings.get("BRIDGE_AUDIENCE", AUDIENCE), credential)
        core.register_component("credential_provider", CredentialResolver([provider]))
    return boto3.Session(botocore_session=core, region_name=region)


class _Role(CredentialProvider):
    """Credentials of a role, for a token that Azure issued to the app (STS AssumeRoleWithWebIdentity); renewed in time."""

    METHOD = "assume-role-with-azure-identity"

    def __init__(self, core: botocore.session.Session, role: str, audience: str, credential: TokenCredential) -> None:
        self._fetcher = AssumeRoleWithWebIdentityCredentialFetcher(
            client_creator=partial(core.create_client, config=AWS_LIMITS),
            web_identity_token_loader=lambda: credential.get_token(f"{audience}/.default").token,
            role_arn=role,
            extra_args={"RoleSessionName": "bridge"},
        )

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(refresh_using=self._fetcher.fetch_credentials, method=self.METHOD)
