"""What every SourceQueues adapter keeps."""

import json

import pytest

from adapters.aws.queues import SqsQueues
from adapters.errors import NotFound
from adapters.ports import SourceQueues
from adapters.records import Depth, QueueRules
from tests.adapters.aws_resources import Aws, until


@pytest.fixture(params=[SqsQueues])
def port(request: pytest.FixtureRequest, aws: Aws) -> SourceQueues:
    made: SourceQueues = request.param(aws.session)
    return made


def test_depth_counts_messages_in_all_three_states(port: SourceQueues, aws: Aws) -> None:
    name, url = aws.queue()
    assert port.depth(name).empty
    sqs = aws.client("sqs")
    for body in "abc":
        sqs.send_message(QueueUrl=url, MessageBody=body)
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=300)
    assert until(lambda: port.depth(name) == Depth(visible=3, in_flight=0, delayed=1))
    taken = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, VisibilityTimeout=300)["Messages"][0]
    assert until(lambda: port.depth(name) == Depth(visible=2, in_flight=1, delayed=1))
    sqs.delete_message(QueueUrl=url, ReceiptHandle=taken["ReceiptHandle"])
    assert until(lambda: port.depth(name) == Depth(visible=2, in_flight=0, delayed=1))
    assert not port.depth(name).empty
    assert aws.changes == []


def test_rules_are_those_that_the_queue_was_made_with(port: SourceQueues, aws: Aws) -> None:
    name, url = aws.queue()
    dead, dead_url = aws.queue()
    arn = aws.client("sqs").get_queue_attributes(QueueUrl=dead_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    assert port.rules(dead).receives is None
    attributes = {
        "MaximumMessageSize": "2048",
        "VisibilityTimeout": "45",
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3}),
    }
    aws.client("sqs").set_queue_attributes(QueueUrl=url, Attributes=attributes)
    assert port.rules(name) == QueueRules(largest=2048, hidden=45, receives=3)
    assert aws.changes == []


def test_a_queue_that_does_not_exist_is_named(port: SourceQueues) -> None:
    with pytest.raises(NotFound, match="no-such-queue") as raised:
        port.depth("no-such-queue")
    with pytest.raises(NotFound, match="no-such-queue"):
        port.rules("no-such-queue")
    assert "plan" in raised.value.mend
