"""How the agent signs in to AWS: with a role that trusts its managed identity, or with what boto3 finds by itself.

Lives here: the session, its credentials and its retry rules. Never here: a stored key, or a call of a particular service.
"""

from functools import partial

import boto3
import botocore.session
from azure.core.credentials import TokenCredential
from azure.identity import DefaultAzureCredential
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleWithWebIdentityCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)

from adapters.aws.errors import aws_errors

CLIENT_CONFIG = Config(
    retries={"mode": "adaptive", "total_max_attempts": 5},
    connect_timeout=5,
    read_timeout=60,
    max_pool_connections=32,
)
"""Every client of the session goes by it: retries slow down when AWS throttles."""


def aws_session(
    region: str,
    role_arn: str | None = None,
    audience: str = "api://AzureADTokenExchange",
    session_name: str = "dayzero",
    credential: TokenCredential | None = None,
) -> boto3.Session:
    """A session for one region; nothing is asked of AWS yet.

    Args:
        region: such as `eu-west-1`.
        role_arn: role to assume with a token of the agent's Azure identity; its credentials are renewed before they expire.
            None: boto3's default chain.
        audience: audience of that token, as the role's trust policy names it.
        session_name: what CloudTrail shows as the role's session.
        credential: where the token comes from; None: DefaultAzureCredential.
    """
    core = botocore.session.Session()
    core.set_config_variable("region", region)
    core.set_default_client_config(CLIENT_CONFIG)
    if role_arn is not None:
        provider = _AzureIdentity(core, role_arn, audience, session_name, credential or DefaultAzureCredential())
        core.register_component("credential_provider", CredentialResolver([provider]))
    return boto3.Session(botocore_session=core, region_name=region)


def caller_account(session: boto3.Session) -> str:
    """The twelve digits of the account that the session works in."""
    with aws_errors("the identity of the caller", "Check the role's ARN, its trust policy and the agent's managed identity."):
        return str(session.client("sts").get_caller_identity()["Account"])


class _AzureIdentity(CredentialProvider):
    """Credentials of a role, for a token that Azure issued to the agent (STS AssumeRoleWithWebIdentity)."""

    METHOD = "assume-role-with-azure-identity"

    def __init__(
        self, core: botocore.session.Session, role_arn: str, audience: str, session_name: str, credential: TokenCredential
    ) -> None:
        self._fetcher = AssumeRoleWithWebIdentityCredentialFetcher(
            client_creator=partial(core.create_client, config=CLIENT_CONFIG),
            web_identity_token_loader=lambda: credential.get_token(f"{audience}/.default").token,
            role_arn=role_arn,
            extra_args={"RoleSessionName": session_name},
        )

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(refresh_using=self._fetcher.fetch_credentials, method=self.METHOD)
