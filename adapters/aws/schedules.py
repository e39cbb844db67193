"""EventBridge rules with a schedule.

Lives here: looking at them, switching them off and on. Never here: translating their expressions.
Rules with a schedule live on the default event bus only.
"""

import boto3

from adapters.aws.errors import aws_errors
from adapters.records import Json

_MEND = "Check the rule's name in the plan; it must be on the default event bus of the plan's region."


class EventBridgeRules:
    """Schedules of EventBridge."""

    def __init__(self, session: boto3.Session) -> None:
        self._client = session.client("events")

    def snapshot(self, rule: str) -> Json:
        """`name`, `expression`, `enabled`, and `targets` with all their settings, sorted by id."""
        with aws_errors(f"EventBridge rule {rule}", _MEND):
            found = self._client.describe_rule(Name=rule)
            pages = self._client.get_paginator("list_targets_by_rule").paginate(Rule=rule)
            targets = [dict(target) for page in pages for target in page["Targets"]]
        return {
            "name": found["Name"],
            "expression": found.get("ScheduleExpression"),
            "enabled": found["State"] != "DISABLED",
            "targets": sorted(targets, key=lambda target: str(target["Id"])),
        }

    def enabled(self, rule: str) -> bool:
        """Whether the rule fires."""
        with aws_errors(f"EventBridge rule {rule}", _MEND):
            return self._client.describe_rule(Name=rule)["State"] != "DISABLED"

    def set_enabled(self, rule: str, enabled: bool) -> None:
        """Switch the rule; nothing is sent when it is so already. EventBridge may fire once more within about a minute."""
        if self.enabled(rule) == enabled:
            return
        with aws_errors(f"EventBridge rule {rule}", _MEND):
            if enabled:
                self._client.enable_rule(Name=rule)
            else:
                self._client.disable_rule(Name=rule)
