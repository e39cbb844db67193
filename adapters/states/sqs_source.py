"""The SQS side of a queue's move. Never here: Azure, and what the messages mean.

Source: SQS API reference: ReceiveMessage, SendMessageBatch (ten entries, 256 KiB together), DeleteMessageBatch.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import boto3
from botocore.exceptions import ClientError

from adapters.aws.errors import aws_errors
from adapters.records import Depth
from adapters.states.message_envelope import Message

BATCH = 10
_BATCH_BYTES = 256 * 1024
_MEND = "Check the name of the queue in the plan, and its region."
_DEPTH = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")


class SqsQueue:
    """One standard queue."""

    def __init__(self, session: boto3.Session, queue: str) -> None:
        self._client: Any = session.client("sqs")
        self._queue, self._resource = queue, f"SQS queue {queue}"
        self._known_url: str | None = None

    def depth(self) -> Depth:
        """Messages as SQS counts them, approximately."""
        with aws_errors(self._resource, _MEND):
            found = self._client.get_queue_attributes(QueueUrl=self._url(), AttributeNames=list(_DEPTH))["Attributes"]
        visible, in_flight, delayed = (int(found.get(name, 0)) for name in _DEPTH)
        return Depth(visible, in_flight, delayed)

    def receive(self, hidden_seconds: int) -> list[dict[str, Any]]:
        """Up to ten messages with their attributes, hidden from others for a while."""
        with aws_errors(self._resource, _MEND):
            answer = self._client.receive_message(
                QueueUrl=self._url(), MaxNumberOfMessages=BATCH, VisibilityTimeout=hidden_seconds, WaitTimeSeconds=1,
                MessageAttributeNames=["All"],
            )  # fmt: skip
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found

    def send(self, messages: Sequence[Message]) -> None:
        """Add messages; when one is refused the others may have been added."""
        for some in _batches(messages):
            entries = [
                {"Id": str(number), "MessageBody": one.body, "MessageAttributes": one.attributes}
                for number, one in enumerate(some)
            ]
            with aws_errors(self._resource, _MEND):
                answer = self._client.send_message_batch(QueueUrl=self._url(), Entries=entries)
                _refuse(answer, "SendMessageBatch")

    def delete(self, messages: Sequence[dict[str, Any]]) -> None:
        """Take off up to ten received messages."""
        entries = [{"Id": str(number), "ReceiptHandle": one["ReceiptHandle"]} for number, one in enumerate(messages)]
        if entries:
            with aws_errors(self._resource, _MEND):
                _refuse(self._client.delete_message_batch(QueueUrl=self._url(), Entries=entries), "DeleteMessageBatch")

    def _url(self) -> str:
        if self._known_url is None:
            self._known_url = str(self._client.get_queue_url(QueueName=self._queue)["QueueUrl"])
        return self._known_url


def _batches(messages: Sequence[Message]) -> Iterator[list[Message]]:
    batch: list[Message] = []
    volume = 0
    for message in messages:
        size = len(message.body.encode()) + sum(len(str(item)) for item in message.attributes.items())
        if batch and (len(batch) == BATCH or volume + size > _BATCH_BYTES):
            yield batch
            batch, volume = [], 0
        batch.append(message)
        volume += size
    if batch:
        yield batch


def _refuse(answer: dict[str, Any], operation: str) -> None:
    if failed := answer.get("Failed"):
        raise ClientError({"Error": {"Code": failed[0]["Code"], "Message": failed[0].get("Message", "")}}, operation)
