"""The app signs in to AWS as its settings say."""

from typing import Any

import pytest
from azure.core.credentials import AccessToken

from bridge.aws import AUDIENCE, aws_session
from local.environment import Environment
from tests.adapters.aws_resources import ACCOUNT

ROLE = f"arn:aws:iam::{ACCOUNT}:role/orders-bridge"


class Identity:
    """A credential that notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.asked += scopes
        return AccessToken("header.payload.signature", 2**31)


def test_without_a_role_the_default_chain_is_used(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    identity = Identity()
    assert aws_session({}, identity).region_name == "eu-west-1"
    assert aws_session({"BRIDGE_REGION": "eu-central-1"}, identity).client("sts").get_caller_identity()["Account"] == ACCOUNT
    assert identity.asked == []


@pytest.mark.parametrize(("settings", "audience"), [({}, AUDIENCE), ({"BRIDGE_AUDIENCE": "api://aws"}, "api://aws")])
def test_a_role_is_assumed_with_a_token_for_its_audience(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], audience: str
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    identity = Identity()
    session = aws_session({"BRIDGE_ROLE_ARN": ROLE, "BRIDGE_REGION": "eu-west-1"} | settings, identity)
    assert identity.asked == []
    client = session.client("sts")
    for _ in range(2):
        assert client.get_caller_identity()["Arn"].endswith(":assumed-role/orders-bridge/bridge")
    assert identity.asked == [f"{audience}/.default"]
