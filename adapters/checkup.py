"""Who a person's own process is on both clouds, and what a plan needs that it may not do.

Lives here: questions that change nothing. Never here: a key, or a token in an answer. Source: STS GetCallerIdentity.
"""

from collections.abc import Mapping

from adapters.aws import actions as aws_actions
from adapters.aws.permissions import IamPermissions
from adapters.aws.session import aws_session, caller_account
from adapters.azure import actions as azure_actions
from adapters.azure.clients import ARM_SCOPE, AzureClients, azure_credential
from adapters.azure.errors import azure_errors
from adapters.azure.permissions import GroupPermissions
from plan.model import Plan

_ANY_REGION = "us-east-1"
"""Where the caller's identity is asked for when no region is set; it is the same everywhere."""


def aws_account(environment: Mapping[str, str]) -> str:
    """The account in which the process's own credentials work.

    Raises:
        AdapterError: there are none, or they are refused.
    """
    region = environment.get("AWS_DEFAULT_REGION") or _ANY_REGION
    return caller_account(aws_session(region))


def azure_signed_in(environment: Mapping[str, str]) -> None:
    """Get a token for Resource Manager, and throw it away.

    Raises:
        AdapterError: nobody is signed in.
    """
    with azure_errors("a token for Azure Resource Manager"):
        azure_credential().get_token(environment.get("DAYZERO_ARM_SCOPE", ARM_SCOPE))


def aws_lacks(plan: Plan) -> list[str]:
    """What the plan's role, or the caller if there is none, may not do of what the plan needs."""
    source = plan.source
    found = IamPermissions(aws_session(source.region), source.role_arn, source.account)
    return found.missing(aws_actions.needed_actions(plan))


def azure_lacks(plan: Plan, environment: Mapping[str, str]) -> list[str]:
    """What the caller may not do in the target's resource group of what the plan needs."""
    clients = AzureClients.of(plan.target.subscription, environment)
    return GroupPermissions(clients, plan.target.resource_group).missing(azure_actions.needed_actions(plan))
