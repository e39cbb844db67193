"""What must hold before a function's alias can be a router: the alias leads everybody, and the forwarder can be published.

Never here: a change. Source: Lambda developer guide, "Lambda alias routing" and "Resource-based policies".
"""

import json
from typing import Any

from adapters.aws.errors import aws_errors
from adapters.errors import Conflict, NotFound

_LARGEST = 50 * 1024 * 1024
"""Bytes of a zip that Lambda takes in one upload: a larger one could not be put back."""


def check_alias(client: Any, name: str, alias: str) -> None:
    """Refuse what could not be routed, or would be hit by the publishing of the forwarder.

    Args:
        client: boto3 client of `lambda`.
        name: of the function.
        alias: that callers use.

    Raises:
        Conflict: the message says what has to change before the migration.
    """
    what = f"Lambda function {name}"
    with aws_errors(what, "Check traffic.functions in the plan."):
        found = client.get_function_configuration(FunctionName=name)
    if found.get("PackageType", "Zip") != "Zip" or found["CodeSize"] > _LARGEST:
        raise Conflict(
            f"{what}: versions of it cannot all be uploaded: it is an image, or its package is larger than 50 MB",
            "Choose the router http-api, route53 or traffic-manager.",
        )
    direct = _direct_callers(client, name, what)
    if direct:
        raise Conflict(
            f"{what} may be called without its alias {alias}, by {', '.join(direct)}",
            f"Let each of them call {name}:{alias}, and take away their permission on the function itself.",
        )


def _direct_callers(client: Any, name: str, what: str) -> list[str]:
    """Who may call the function itself: services by its resource policy, and event source mappings."""
    try:
        with aws_errors(f"policy of {what}"):
            policy = json.loads(client.get_policy(FunctionName=name)["Policy"])
    except NotFound:  # nobody was ever allowed anything
        policy = {"Statement": []}
    direct = [one for one in policy["Statement"] if one.get("Effect") == "Allow" and _is_function(one.get("Resource"), name)]
    callers = [f"statement {one.get('Sid', 'without a name')}" for one in direct]
    with aws_errors(f"event source mappings of {what}"):
        pages = client.get_paginator("list_event_source_mappings").paginate(FunctionName=name)
        found = [one for page in pages for one in page["EventSourceMappings"]]
    unqualified = [one["UUID"] for one in found if _is_function(one["FunctionArn"], name)]
    return callers + [f"mapping {uuid}" for uuid in unqualified]


def _is_function(arn: object, name: str) -> bool:
    """Whether the ARN is the function's own, without version or alias."""
    return str(arn).partition(":function:")[2] == name
