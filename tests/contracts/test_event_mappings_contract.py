"""What every EventMappings adapter keeps."""

import json

import pytest

from adapters.aws.mappings import LambdaMappings
from adapters.errors import NotFound
from adapters.ports import EventMappings
from tests.adapters.aws_resources import Aws, until


@pytest.fixture(params=[LambdaMappings])
def port(request: pytest.FixtureRequest, aws: Aws) -> EventMappings:
    made: EventMappings = request.param(aws.session)
    return made


def test_snapshot_tells_all_mappings_of_the_function_and_stays_equal(port: EventMappings, aws: Aws) -> None:
    name, other = aws.function(), aws.function()
    uuids = sorted(aws.mapping(name, aws.queue()[0]) for _ in range(2))
    aws.mapping(other, aws.queue()[0])
    found = port.snapshot(name)
    assert [mapping["uuid"] for mapping in found] == uuids
    assert all(mapping["batch_size"] == 7 and mapping["enabled"] and mapping["state"] == "Enabled" for mapping in found)
    assert all(mapping["source_arn"].startswith("arn:aws:sqs:") for mapping in found)
    assert json.dumps(port.snapshot(name)) == json.dumps(found)


def test_disabled_and_enabled_again_is_as_before(port: EventMappings, aws: Aws) -> None:
    name = aws.function()
    uuid = aws.mapping(name, aws.queue()[0])
    before = port.snapshot(name)
    port.set_enabled(uuid, False)
    until(lambda: port.state(uuid) == "Disabled")
    assert [mapping["enabled"] for mapping in port.snapshot(name)] == [False]
    port.set_enabled(uuid, True)
    until(lambda: port.state(uuid) == "Enabled")
    assert port.snapshot(name) == before


def test_switching_to_the_same_sends_nothing(port: EventMappings, aws: Aws) -> None:
    uuid = aws.mapping(aws.function(), aws.queue()[0])
    port.set_enabled(uuid, True)
    assert aws.changes == []
    port.set_enabled(uuid, False)
    port.set_enabled(uuid, False)
    assert aws.changes == ["UpdateEventSourceMapping"]


def test_a_disabled_mapping_takes_no_message(port: EventMappings, aws: Aws) -> None:
    name, (queue, url) = aws.function(), aws.queue()
    port.set_enabled(aws.mapping(name, queue), False)
    sqs = aws.client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="one")
    got = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2)["Messages"]
    assert [message["Body"] for message in got] == ["one"]


def test_what_does_not_exist_is_named(port: EventMappings, aws: Aws) -> None:
    assert port.snapshot(aws.function()) == []
    with pytest.raises(NotFound, match="no-such-function"):
        port.snapshot("no-such-function")
    missing = "00000000-0000-0000-0000-000000000000"
    for ask in (port.state, lambda uuid: port.set_enabled(uuid, False)):
        with pytest.raises(NotFound, match=missing) as raised:
            ask(missing)
        assert raised.value.mend
