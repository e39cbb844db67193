"""What every QueueMover promises: each message on the other side once, whatever happens in between."""

import base64
import itertools
import json
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from azure.identity import DefaultAzureCredential
from azure.storage.queue import QueueClient

from adapters.errors import AdapterError
from adapters.ports import QueueMover
from adapters.records import Progress
from adapters.states.sqs_queue import SqsQueueMover
from local.environment import Environment

NUMBER = itertools.count()
HOLD = 2
ATTRIBUTES = {
    "kind": {"DataType": "String", "StringValue": "ü"},
    "weight": {"DataType": "Number.kg", "StringValue": "1.50"},
    "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
}
BODIES = ["plain", '{"id": "o1"}', "<xml & 'quotes'>", "ключ \U0001f600", " ", '{"body": 1, "attributes": {}}', "same", "same"]


class Queues:
    def __init__(self, endpoint: str, name: str) -> None:
        session, credential = boto3.Session(region_name="eu-west-1"), DefaultAzureCredential()
        self.sqs: Any = session.client("sqs")
        self.url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        self.queue = QueueClient(endpoint, name, credential=credential)
        self.mover: QueueMover = SqsQueueMover(
            name=name, session=session, source_queue=name, queue_endpoint=endpoint, target_queue=name,
            credential=credential, hold_seconds=HOLD,
        )  # fmt: skip

    def send(self, body: str, attributes: dict[str, Any] | None = None) -> None:
        self.sqs.send_message(QueueUrl=self.url, MessageBody=body, MessageAttributes=attributes or {})

    def in_target(self, count: int) -> list[str]:
        """Texts as the Functions host decodes them; the messages are taken off, once there are so many."""
        found: list[str] = []
        deadline = time.monotonic() + 30
        while (len(found) < count or self.mover.target_depth().visible) and time.monotonic() < deadline:
            for message in self.queue.receive_messages(messages_per_page=32):
                found.append(base64.b64decode(message.content, validate=True).decode())
                self.queue.delete_message(message)
        return sorted(found)

    def in_source(self) -> list[tuple[str, dict[str, Any]]]:
        """Bodies and the senders' own attributes; the messages are taken off, until there are none."""
        found = []
        deadline = time.monotonic() + 30
        while not self.mover.source_depth().empty and time.monotonic() < deadline:
            options = {"MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"], "WaitTimeSeconds": 1}
            for message in self.sqs.receive_message(QueueUrl=self.url, **options).get("Messages", []):
                own = {k: v for k, v in message.get("MessageAttributes", {}).items() if not k.startswith("dayzero")}
                found.append((message["Body"], own))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return sorted(found, key=lambda one: one[0])

    def until_done(self, piece: Any, seconds: float = 10.0) -> list[Progress]:
        pieces = [piece(seconds)]
        while pieces[-1].token is not None:
            assert len(pieces) < 100
            pieces.append(piece(seconds))
        return pieces


@pytest.fixture
def queues(environment: Environment) -> Iterator[Queues]:
    made = Queues(environment.variables()["TARGET_QUEUES"], f"moved-{next(NUMBER)}")
    made.mover.prepare()
    made.mover.prepare()
    yield made


def test_bodies_arrive_as_they_were_and_leave_the_source_empty(queues: Queues) -> None:
    for body in BODIES[:5] + BODIES[6:]:
        queues.send(body)
    assert queues.mover.source_depth().visible == 7
    pieces = queues.until_done(queues.mover.to_target)
    assert sum(piece.items for piece in pieces) == 7
    assert queues.mover.source_depth().empty
    assert queues.mover.target_depth().visible == 7
    assert queues.in_target(7) == sorted(BODIES[:5] + BODIES[6:])


def test_attributes_travel_in_the_documented_envelope(queues: Queues) -> None:
    queues.send("with", ATTRIBUTES)
    queues.until_done(queues.mover.to_target)
    assert json.loads(queues.in_target(1)[0]) == {
        "body": "with", "attributes": ATTRIBUTES | {"raw": {"DataType": "Binary", "BinaryValue": "AP8="}}
    }  # fmt: skip


def test_there_and_back_changes_nothing(queues: Queues) -> None:
    for body in BODIES:
        queues.send(body)
    queues.send("with", ATTRIBUTES)
    queues.until_done(queues.mover.to_target)
    queues.until_done(queues.mover.to_source)
    assert queues.mover.target_depth().empty
    queues.until_done(queues.mover.to_target)
    queues.until_done(queues.mover.to_source)
    wanted: list[tuple[str, dict[str, Any]]] = [(body, {}) for body in BODIES] + [("with", ATTRIBUTES)]
    assert queues.in_source() == sorted(wanted, key=lambda one: one[0])


@pytest.mark.parametrize("call", ["sqs_source.SqsQueue.delete", "queue_client.QueueClient.replace"])
def test_a_crash_on_the_way_does_not_make_two_and_leaves_no_mark(
    queues: Queues, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    bodies = [f"message {number:02}" for number in range(25)]
    for body in bodies:
        queues.send(body)

    def crash(*_: Any) -> None:
        raise AdapterError("unreachable", "the connection is lost")

    monkeypatch.setattr(f"adapters.states.{call}", crash)
    with pytest.raises(AdapterError, match="lost"):
        queues.mover.to_target(10)
    monkeypatch.undo()
    assert not queues.mover.target_depth().empty
    queues.until_done(queues.mover.to_target, 3.0)
    assert queues.in_target(len(bodies)) == bodies


def test_a_crash_on_the_way_back_does_not_make_two(queues: Queues, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = [f"message {number:02}" for number in range(40)]
    for body in bodies:
        queues.queue.send_message(base64.b64encode(body.encode()).decode())
    calls = itertools.count()
    client = "adapters.states.queue_client.QueueClient.delete"

    def crash(*_: Any) -> None:
        if next(calls) >= 3:
            raise AdapterError("unreachable", "the connection is lost")

    monkeypatch.setattr(client, crash)
    with pytest.raises(AdapterError, match="lost"):
        queues.mover.to_source(10)
    monkeypatch.undo()
    assert not queues.mover.target_depth().empty
    queues.until_done(queues.mover.to_source, 3.0)
    assert [body for body, _ in queues.in_source()] == bodies


def test_a_message_that_does_not_fit_stays_and_is_named(queues: Queues) -> None:
    queues.send("x" * 60_000)
    with pytest.raises(AdapterError, match="65536") as caught:
        queues.mover.to_target(10)
    assert caught.value.code == "invalid"
    assert "claim check" in caught.value.mend
    assert queues.mover.target_depth().empty
    assert not queues.mover.source_depth().empty


def test_a_missing_queue_is_reported_as_such(queues: Queues) -> None:
    queues.sqs.delete_queue(QueueUrl=queues.url)
    with pytest.raises(AdapterError) as caught:
        queues.mover.source_depth()
    assert caught.value.code == "not-found"


def test_with_nothing_to_bring_back_no_message_is_received(queues: Queues) -> None:
    queues.send("waits")
    for _ in range(3):
        assert queues.mover.to_source(5.0).token is None
    options: dict[str, Any] = {"MessageSystemAttributeNames": ["ApproximateReceiveCount"], "AttributeNames": ["All"]}
    received = queues.sqs.receive_message(QueueUrl=queues.url, **options)["Messages"][0]
    assert received["Attributes"]["ApproximateReceiveCount"] == "1", "only this test has received it"


def test_a_target_queue_that_does_not_exist_holds_nothing(queues: Queues) -> None:
    queues.queue.delete_queue()
    assert queues.mover.target_depth().empty
    assert queues.mover.to_source(5.0).token is None
