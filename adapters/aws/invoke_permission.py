"""The leave of an HTTP API to invoke a Lambda function, as a statement in the function's resource policy.

Lives here: one statement with a fixed id a function and API. Never here: statements that others wrote, except to read them.
Source: Lambda developer guide, "Working with resource-based IAM policies in Lambda".
"""

import json
from fnmatch import fnmatchcase
from typing import Any

import boto3

from adapters.aws.errors import aws_errors
from adapters.errors import Conflict, Denied, NotFound

_MEND = "Check the maintenance function's name in the plan (source.maintenance_function)."
_SERVICE = "apigateway.amazonaws.com"


class InvokePermission:
    """Grants and revokes; every call is idempotent."""

    def __init__(self, session: boto3.Session) -> None:
        self._client = session.client("lambda")

    def function_arn(self, function: str) -> str:
        """ARN of the function, without version or alias."""
        with aws_errors(f"Lambda function {function}", _MEND):
            return str(self._client.get_function_configuration(FunctionName=function)["FunctionArn"])

    def grant(self, function_arn: str, api: str) -> bool:
        """Let every route of the API invoke the function; whether a statement had to be added."""
        _, partition, _, region, account, _, name = function_arn.split(":")[:7]
        source = f"arn:{partition}:execute-api:{region}:{account}:{api}"
        if any(_allows(statement, source) for statement in self._statements(name)):
            return False
        try:
            with aws_errors(f"policy of Lambda function {name}", _MEND):
                self._client.add_permission(
                    FunctionName=name,
                    StatementId=statement_id(api),
                    Action="lambda:InvokeFunction",
                    Principal=_SERVICE,
                    SourceArn=f"{source}/*",
                )
        except Conflict:  # another attempt was quicker; its statement is the same
            return False
        return True

    def granted_by_us(self, function: str, api: str) -> bool:
        """Whether the statement that `grant` adds is there; it is not where the policy may not be read: `grant` reads first."""
        try:
            return any(statement.get("Sid") == statement_id(api) for statement in self._statements(function))
        except Denied:
            return False

    def revoke(self, function: str, api: str) -> None:
        """Take away what `grant` added; nothing is sent when it is not there."""
        if self.granted_by_us(function, api):
            with aws_errors(f"policy of Lambda function {function}", _MEND):
                self._client.remove_permission(FunctionName=function, StatementId=statement_id(api))

    def _statements(self, function: str) -> list[dict[str, Any]]:
        try:
            with aws_errors(f"policy of Lambda function {function}", _MEND):
                policy = json.loads(self._client.get_policy(FunctionName=function)["Policy"])
        except NotFound:  # a function without a policy, or none of that name: neither has a statement
            return []
        return list(policy["Statement"])


def statement_id(api: str) -> str:
    """Id of the statement that belongs to the API."""
    return f"dayzero-maintenance-{api}"


def _allows(statement: dict[str, Any], source: str) -> bool:
    """Whether the statement lets every route of the API whose ARN is `source` invoke the function."""
    principal = statement.get("Principal")
    services = principal.get("Service", []) if isinstance(principal, dict) else []
    actions = _listed(statement.get("Action", []))
    if statement.get("Effect") != "Allow" or not {"lambda:InvokeFunction", "lambda:*"} & set(actions):
        return False
    if principal != "*" and _SERVICE not in _listed(services):
        return False
    conditions = statement.get("Condition", {})
    patterns = [
        pattern
        for test in conditions.values()
        for key, value in test.items()
        if key.lower() == "aws:sourcearn"
        for pattern in _listed(value)
    ]
    some_route = f"{source}/stage/METHOD/some/path"
    return not conditions or any(fnmatchcase(some_route, pattern) for pattern in patterns)


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
