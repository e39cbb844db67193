"""Removing what a workload ran on in Lambda: mappings, rules, functions. Called by a person's own process only.

Lives here: deleting those three. Never here: a store, a queue, a bucket; and no permission of the agent's role.
"""

from contextlib import suppress

import boto3

from adapters.aws.errors import aws_errors
from adapters.errors import NotFound

_MEND = "Give the person who retires the permission, then call it again: it goes on with what is left."


class LambdaRetirement:
    """Retirement of Lambda functions; what is gone already is no error."""

    def __init__(self, session: boto3.Session) -> None:
        self._functions, self._events = session.client("lambda"), session.client("events")

    def remove_mapping(self, uuid: str) -> None:
        """Delete an event source mapping; its queue or stream stays."""
        with suppress(NotFound), aws_errors(f"event source mapping {uuid}", _MEND):
            self._functions.delete_event_source_mapping(UUID=uuid)

    def remove_rule(self, rule: str, functions: list[str]) -> bool:
        """Take these functions off the rule, and delete it if it has no other target; whether it is gone."""
        with suppress(NotFound), aws_errors(f"EventBridge rule {rule}", _MEND):
            pages = self._events.get_paginator("list_targets_by_rule").paginate(Rule=rule)
            targets = {target["Id"]: str(target["Arn"]) for page in pages for target in page["Targets"]}
            ours = [name for name, arn in targets.items() if _function(arn) in functions]
            if ours:
                self._events.remove_targets(Rule=rule, Ids=ours)
            if len(ours) < len(targets):
                return False
            self._events.delete_rule(Name=rule)
        return True

    def remove_function(self, name: str) -> None:
        """Delete a function with all its versions."""
        with suppress(NotFound), aws_errors(f"Lambda function {name}", _MEND):
            self._functions.delete_function(FunctionName=name)


def _function(arn: str) -> str:
    """Name of the function that an ARN leads to, without a version or alias."""
    parts = arn.split(":")
    return parts[6] if parts[2:3] == ["lambda"] and len(parts) > 6 else ""
