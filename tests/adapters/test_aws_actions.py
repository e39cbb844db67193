"""The list of needed AWS actions is complete and holds nothing more: compared with the operations that adapter code names."""

import ast
import re
from functools import cache
from pathlib import Path

import botocore.session
from botocore import xform_name

from adapters.aws.actions import BY_HAND, PORTS

ADAPTERS = Path(__file__).resolve().parents[2] / "adapters"
HTTP_VERBS = {"get": "GET", "list": "GET", "create": "POST", "update": "PATCH", "delete": "DELETE"}
IAM_NAMES = {
    "s3:GetBucketNotificationConfiguration": ["s3:GetBucketNotification"],
    "s3:PutBucketNotificationConfiguration": ["s3:PutBucketNotification"],
    "s3:ListObjectsV2": ["s3:ListBucket"],
    "s3:HeadBucket": ["s3:ListBucket"],
    "s3:HeadObject": ["s3:GetObject"],
    "s3:DeleteObjects": ["s3:DeleteObject"],
    "s3:UploadFileobj": ["s3:PutObject", "s3:AbortMultipartUpload"],
    "dynamodbstreams:DescribeStream": ["dynamodb:DescribeStream"],
    "dynamodbstreams:GetShardIterator": ["dynamodb:GetShardIterator"],
    "dynamodbstreams:GetRecords": ["dynamodb:GetRecords"],
    "sqs:SendMessageBatch": ["sqs:SendMessage"],
    "sqs:DeleteMessageBatch": ["sqs:DeleteMessage"],
    "sqs:ChangeMessageVisibilityBatch": ["sqs:ChangeMessageVisibility"],
    "sts:GetCallerIdentity": [],
}
"""IAM names some actions otherwise than the API its operations, and asks nothing for some."""

OF_BOTO3 = {"s3": ["UploadFileobj"]}
"""Methods that boto3 adds to a service's operations."""


@cache
def operations(service: str) -> dict[str, str]:
    """boto3's method name to the API's operation."""
    names = [*botocore.session.get_session().get_service_model(service).operation_names, *OF_BOTO3.get(service, [])]
    return {xform_name(name): name for name in names}


def named(source: str) -> set[str]:
    """IAM actions for the operations that a module names, as a method or as text, of the services it makes clients of."""
    tree = ast.parse(source)
    services = set(re.findall(r'\.client\(\s*"([a-z0-9]+)"', source)) | set(
        re.findall(r"boto3 client of `([a-z0-9]+)`", source)
    )
    words = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    words |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    found: set[str] = set()
    for service in services:
        for word in words & operations(service).keys():
            operation = f"{service}:{operations(service)[word]}"
            verb = f"apigateway:{HTTP_VERBS.get(word.split('_')[0], '')}"
            found.update([verb] if service == "apigatewayv2" else IAM_NAMES.get(operation, [operation]))
    return found


def test_every_operation_of_the_adapters_is_listed_and_no_other() -> None:
    rooms = [ADAPTERS / room for room in ("aws", "observers", "routers", "states")]
    called = set().union(*(named(path.read_text()) for room in rooms for path in room.glob("*.py")))
    assert called == {action for needs in PORTS.values() for action, _ in needs} | BY_HAND
    agents = {action for needs in PORTS.values() for action, on in needs if not on.endswith("{aliased}:*")}  # versions it made
    assert not BY_HAND & agents, "the agent may delete nothing of the source"


def test_operations_are_found_however_they_are_named() -> None:
    text = 'c = session.client("s3")\nc.head_object()\nc.get_paginator("list_objects_v2")\nsession.client("lambda").invoke()'
    assert named(text) == {"s3:GetObject", "s3:ListBucket", "lambda:Invoke"}
