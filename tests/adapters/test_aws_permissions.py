"""What is particular to IAM: who the caller is, and what to do when even asking is not allowed."""

import json
from typing import Any

import pytest

from adapters.aws.permissions import IamPermissions
from adapters.aws.session import aws_session
from adapters.errors import Denied, NotFound
from tests.adapters.aws_resources import ACCOUNT, REGION, Aws, unique
from tests.adapters.identities import Identity

NEEDED = [("sqs:SendMessage", "arn:aws:sqs:eu-west-1:000000000000:orders-queue")]


def role(aws: Aws) -> str:
    """Name of a new role that may do nothing."""
    name = unique("role")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    return name


def test_without_a_role_in_the_plan_the_callers_own_is_looked_at(aws: Aws) -> None:
    name = role(aws)
    session = aws_session(REGION, f"arn:aws:iam::{ACCOUNT}:role/{name}", credential=Identity())
    (missing,) = IamPermissions(session).missing(NEEDED)
    assert missing == f"{NEEDED[0][0]} on {NEEDED[0][1]}: implicitDeny"


def test_the_accounts_root_lacks_nothing(aws: Aws) -> None:
    assert IamPermissions(aws.session).missing(NEEDED) == []


def test_when_simulating_is_denied_the_mend_says_what_to_allow(aws: Aws) -> None:
    def deny(http_response: Any, parsed: dict[str, Any], **_: Any) -> None:
        http_response.status_code = 403
        parsed["Error"] = {"Code": "AccessDenied", "Message": "not authorized"}

    aws.session.events.register("after-call.iam.SimulatePrincipalPolicy", deny)
    with pytest.raises(Denied, match="AccessDenied") as raised:
        IamPermissions(aws.session, f"arn:aws:iam::{ACCOUNT}:role/{role(aws)}").missing(NEEDED)
    assert "iam:SimulatePrincipalPolicy" in raised.value.mend


def test_a_role_that_does_not_exist_is_named(aws: Aws) -> None:
    session = aws_session(REGION, f"arn:aws:iam::{ACCOUNT}:role/no-such-role", credential=Identity())
    with pytest.raises(NotFound):
        IamPermissions(session).missing(NEEDED)


def test_credentials_of_another_account_are_told_before_anything_else(aws: Aws) -> None:
    assert IamPermissions(aws.session, account=ACCOUNT).missing(NEEDED) == []
    (missing,) = IamPermissions(aws.session, account="123456789012").missing(NEEDED)
    assert "123456789012" in missing
    assert ACCOUNT in missing
