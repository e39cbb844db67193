"""The agent's identity and its clients of Resource Manager.

Lives here: how clients are made, once a subscription. Never here: a key, or a call of a particular service.
"""

from collections.abc import Mapping
from enum import Enum
from functools import cache

from azure.core.credentials import TokenCredential
from azure.core.pipeline.policies import HeadersPolicy, RetryPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest, HttpResponse
from azure.identity import DefaultAzureCredential
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy, ARMHttpLoggingPolicy
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.web import WebSiteManagementClient

ARM_ENDPOINT = "https://management.azure.com"
ARM_SCOPE = "https://management.azure.com/.default"
_POLL_SECONDS = 2


@cache
def azure_credential() -> TokenCredential:
    """The process's identity; it keeps its tokens, so there is one of it."""
    return DefaultAzureCredential()


def plain(value: str | Enum | None) -> str:
    """The wire's text of a value that the SDK may have turned into an enumeration; empty for None."""
    return str(value.value) if isinstance(value, Enum) else value or ""


class AzureClients:
    """Clients for one subscription; nothing is asked before the first call, and all of them may be shared by threads.

    Args:
        subscription: its id.
        endpoint: Resource Manager's base URL; sovereign clouds have others.
        scope: what tokens are asked for.
        credential: None: the process's identity.
    """

    def __init__(
        self,
        subscription: str,
        endpoint: str = ARM_ENDPOINT,
        scope: str = ARM_SCOPE,
        credential: TokenCredential | None = None,
    ) -> None:
        self.subscription, self.endpoint, self.scope = subscription, endpoint, scope
        self.credential = credential or azure_credential()
        self.web = WebSiteManagementClient(
            self.credential, subscription, endpoint, credential_scopes=[scope], polling_interval=_POLL_SECONDS
        )
        self.deployments = DeploymentsMgmtClient(
            self.credential, subscription, endpoint, credential_scopes=[scope], polling_interval=_POLL_SECONDS
        )
        self.resources = ResourceManagementClient(
            self.credential, subscription, endpoint, credential_scopes=[scope], polling_interval=_POLL_SECONDS
        )
        policies = [
            HeadersPolicy(),
            UserAgentPolicy("dayzero"),
            RetryPolicy(),
            ARMChallengeAuthenticationPolicy(self.credential, scope),
            ARMHttpLoggingPolicy(),
        ]
        self.plain: ARMPipelineClient[HttpRequest, HttpResponse] = ARMPipelineClient(endpoint, policies=policies)
        """For the few operations that have no client of their own."""

    @classmethod
    def of(cls, subscription: str, environment: Mapping[str, str]) -> "AzureClients":
        """Clients as the environment says: DAYZERO_ARM_ENDPOINT and DAYZERO_ARM_SCOPE, both for the public cloud by default."""
        endpoint = environment.get("DAYZERO_ARM_ENDPOINT", ARM_ENDPOINT).rstrip("/")
        return cls(subscription, endpoint, environment.get("DAYZERO_ARM_SCOPE", ARM_SCOPE))

    def group_id(self, resource_group: str) -> str:
        """The id of a resource group."""
        return f"/subscriptions/{self.subscription}/resourceGroups/{resource_group}"
