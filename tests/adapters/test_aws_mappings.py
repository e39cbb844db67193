"""What is particular to Lambda's event source mappings: states on the way, which the emulator passes at once."""

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.aws.mappings import LambdaMappings
from adapters.errors import Conflict
from tests.adapters.aws_resources import Aws


def answer_states(aws: Aws, states: Iterator[str]) -> None:
    """Let GetEventSourceMapping answer these states in turn, then what is true."""

    def change(parsed: dict[str, Any], **_: Any) -> None:
        parsed["State"] = next(states, parsed.get("State"))

    aws.session.events.register("after-call.lambda.GetEventSourceMapping", change)


def test_a_mapping_on_its_way_to_the_other_state_is_waited_for(aws: Aws) -> None:
    uuid = aws.mapping(aws.function(), aws.queue()[0])
    aws.client("lambda").update_event_source_mapping(UUID=uuid, Enabled=False)
    answer_states(aws, iter(["Disabling", "Disabling"]))
    port = LambdaMappings(aws.session)
    port.set_enabled(uuid, True)
    assert aws.calls.count("GetEventSourceMapping") == 3
    assert port.state(uuid) == "Enabled"


def test_a_mapping_on_its_way_to_the_wanted_state_is_left_alone(aws: Aws) -> None:
    uuid = aws.mapping(aws.function(), aws.queue()[0])
    answer_states(aws, iter(["Disabling"]))
    LambdaMappings(aws.session).set_enabled(uuid, False)
    assert aws.calls == ["GetEventSourceMapping"]


def test_a_mapping_that_never_settles_is_a_conflict(aws: Aws) -> None:
    uuid = aws.mapping(aws.function(), aws.queue()[0])
    answer_states(aws, iter(["Updating"] * 100))
    with pytest.raises(Conflict, match="Updating"):
        LambdaMappings(aws.session, settle=0.0).set_enabled(uuid, False)
    assert aws.changes == []
