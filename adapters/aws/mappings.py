"""Event source mappings of Lambda functions.

Lives here: looking at them, switching them off and on. Never here: deleting one: its place in a stream would be lost.
"""

import time
from typing import Any

import boto3

from adapters.aws.errors import aws_errors
from adapters.errors import Conflict
from adapters.records import Json

_MEND = "Check that nobody deleted the event source mapping; create it again with the settings in the run's snapshot."
_FLEETING = {"LastModified", "LastProcessingResult", "StateTransitionReason", "ResponseMetadata", "State"}
_NAMES = {"UUID": "uuid", "EventSourceArn": "source_arn", "FunctionArn": "function_arn", "BatchSize": "batch_size"}


class LambdaMappings:
    """EventMappings of Lambda.

    `Disabled` means that Lambda takes no more messages, not that those it took are worked off: who waits for silence must count
    messages in flight too (`SqsQueues.depth`).
    Source: Lambda developer guide, "How Lambda processes records from stream and queue-based event sources".

    Args:
        session: from `aws_session`.
        settle: seconds that a mapping on its way to another state is waited for before it is switched.
    """

    def __init__(self, session: boto3.Session, settle: float = 90.0) -> None:
        self._client = session.client("lambda")
        self._settle = settle

    def snapshot(self, function: str) -> list[Json]:
        """All mappings of the function with all their settings, without anything that changes by itself but the state."""
        with aws_errors(f"event source mappings of Lambda function {function}", "Check the function's name in the plan."):
            self._client.get_function_configuration(FunctionName=function)  # an unknown function has no mappings, says Lambda
            pages = self._client.get_paginator("list_event_source_mappings").paginate(FunctionName=function)
            found = [_record(dict(mapping)) for page in pages for mapping in page["EventSourceMappings"]]
        return sorted(found, key=lambda mapping: str(mapping["uuid"]))

    def state(self, uuid: str) -> str:
        """`Enabled`, `Disabled`, or on the way: `Creating`, `Enabling`, `Disabling`, `Updating`, `Deleting`."""
        with aws_errors(f"event source mapping {uuid}", _MEND):
            return str(self._client.get_event_source_mapping(UUID=uuid)["State"])

    def set_enabled(self, uuid: str, enabled: bool) -> None:
        """Switch it; returns before it has happened, so ask `state`. Nothing is sent when it is so or on its way there.

        Raises:
            Conflict: the mapping stayed on its way to another state for longer than `settle`; Lambda refuses changes meanwhile.
        """
        state = self._settled(uuid, {"Enabled", "Enabling"} if enabled else {"Disabled", "Disabling"})
        if _enabled(state) == enabled:
            return
        with aws_errors(f"event source mapping {uuid}", _MEND):
            self._client.update_event_source_mapping(UUID=uuid, Enabled=enabled)

    def _settled(self, uuid: str, wanted: set[str]) -> str:
        """The state, once it is a wanted one or one from which the mapping can be switched."""
        deadline = time.monotonic() + self._settle
        while (state := self.state(uuid)) not in wanted | {"Enabled", "Disabled"}:
            if time.monotonic() > deadline:
                raise Conflict(
                    f"event source mapping {uuid} is still {state}", "Try again once Lambda reports Enabled or Disabled."
                )
            time.sleep(0.5)
        return state


def _enabled(state: str) -> bool:
    return state not in {"Disabled", "Disabling"}


def _record(mapping: dict[str, Any]) -> Json:
    state = str(mapping["State"])
    settings = {name: value for name, value in mapping.items() if name not in _FLEETING | _NAMES.keys()}
    named = {ours: mapping.get(theirs) for theirs, ours in _NAMES.items()}
    return named | {"enabled": _enabled(state), "state": state, "settings": _plain(settings)}


def _plain(value: Any) -> Any:
    """The value with everything that JSON does not know as text (times of stream positions)."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in sorted(value.items())}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
