"""What every Permissions adapter for AWS keeps."""

import json

import pytest

from adapters.aws.permissions import IamPermissions
from tests.adapters.aws_resources import Aws, unique

QUEUE = "arn:aws:sqs:eu-west-1:000000000000:orders-queue"


@pytest.fixture
def role(aws: Aws) -> str:
    """ARN of a role that may look at one queue."""
    name, iam = unique("role"), aws.client("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))
    allowed = {"Effect": "Allow", "Action": ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"], "Resource": QUEUE}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName=name, PolicyName="looks", PolicyDocument=policy)
    return str(made["Role"]["Arn"])


def test_only_what_is_not_allowed_is_missing(aws: Aws, role: str) -> None:
    port = IamPermissions(aws.session, role)
    needed = [
        ("sqs:GetQueueUrl", QUEUE),
        ("sqs:SendMessage", QUEUE),
        ("sqs:GetQueueUrl", f"{QUEUE}-other"),
        ("s3:GetObject", "*"),
    ]
    missing = port.missing([*needed, *needed])
    assert [text.rsplit(": ", 1)[0] for text in missing] == [
        f"sqs:SendMessage on {QUEUE}",
        f"sqs:GetQueueUrl on {QUEUE}-other",
        "s3:GetObject on *",
    ]


def test_nothing_is_missing_when_all_is_allowed(aws: Aws, role: str) -> None:
    assert IamPermissions(aws.session, role).missing([("sqs:GetQueueAttributes", QUEUE)]) == []
    assert IamPermissions(aws.session, role).missing([]) == []
