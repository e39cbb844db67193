"""The session signs in with a role by the agent's managed identity, and signs in again before the credentials expire."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from adapters.aws.session import aws_session, caller_account
from adapters.errors import Denied
from local.environment import Environment
from tests.adapters.aws_resources import ACCOUNT, REGION
from tests.adapters.identities import Identity

ROLE = f"arn:aws:iam::{ACCOUNT}:role/dayzero"


def test_without_a_role_the_default_chain_is_used(environment: Environment) -> None:
    session = aws_session(REGION)
    assert session.region_name == REGION
    assert caller_account(session) == ACCOUNT


def test_the_role_is_assumed_with_the_managed_identity_of_this_process(environment: Environment) -> None:
    session = aws_session(REGION, ROLE, session_name="dayzero-orders")
    assert session.client("sts").get_caller_identity()["Arn"].endswith(":assumed-role/dayzero/dayzero-orders")
    assert caller_account(session) == ACCOUNT


def test_the_token_is_asked_for_the_plans_audience_once_for_many_calls(environment: Environment) -> None:
    identity = Identity()
    session = aws_session(REGION, ROLE, "api://aws", "run", identity)
    assert identity.asked == []
    for _ in range(3):
        caller_account(session)
    assert identity.asked == ["api://aws/.default"]


def test_credentials_that_are_about_to_expire_are_renewed(environment: Environment) -> None:
    identity = Identity()
    session = aws_session(REGION, ROLE, credential=identity)

    def expire_soon(parsed: dict[str, Any], **_: Any) -> None:
        parsed["Credentials"]["Expiration"] = datetime.now(UTC) + timedelta(minutes=2)

    session.events.register("after-call.sts.AssumeRoleWithWebIdentity", expire_soon)
    client = session.client("sts")
    client.get_caller_identity()
    first = len(identity.asked)
    client.get_caller_identity()
    assert len(identity.asked) > first


def test_an_identity_without_a_token_is_denied_with_a_mend(environment: Environment) -> None:
    class Nobody(Identity):
        def get_token(self, *scopes: str, **_: Any) -> AccessToken:
            raise ClientAuthenticationError(f"no identity for {scopes}")

    with pytest.raises(Denied) as raised:
        caller_account(aws_session(REGION, ROLE, credential=Nobody()))
    assert "managed identity" in raised.value.mend
