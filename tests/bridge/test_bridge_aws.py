"""The app signs in to AWS as its settings say."""

import pytest

from bridge.aws import AUDIENCE, aws_session
from local.environment import Environment
from tests.adapters.aws_resources import ACCOUNT
from tests.adapters.identities import Identity

ROLE = f"arn:aws:iam::{ACCOUNT}:role/orders-bridge"


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
