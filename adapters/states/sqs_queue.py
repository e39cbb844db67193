"""SQS queue to Azure storage queue: the `QueueMover`.

Lives here: in which order a message is put, taken off and unmarked. Never here: texts (message_envelope.py), requests.

A message is put on the other side with the id that it has on this one, so that whoever goes on after a crash finds it there
and does not put it again. To Azure the id stands before the text until the message is off SQS, then the text is replaced by
the bare one; marks that a crash left are removed once SQS is empty and the crashed mover's hold on its messages has ended.
To AWS the id is a message attribute that stays, as SQS cannot change a message. Consumers must be disabled on both sides
while messages move. Messages over 64 KiB (48 KiB of text before base64) do not fit; SQS FIFO queues are refused, as order
would be lost.
"""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from azure.core.credentials import TokenCredential

from adapters.errors import AdapterError, Conflict
from adapters.records import Depth, Progress
from adapters.states.message_envelope import LARGEST, Message, decode, encode
from adapters.states.queue_client import Held, QueueClient
from adapters.states.sqs_source import SqsQueue

_WORKERS = 8
_MARKED = re.compile(r"dayzero-moving:([0-9A-Za-z-]+):(.*)", re.DOTALL)
_ATTRIBUTE = "dayzero-moved-id"
_LOOK_SECONDS = 5
_PAUSE_SECONDS = 0.5


class SqsQueueMover:
    """An SQS queue and the storage queue that takes its place.

    Args:
        queue_endpoint: URL of the Queue service.
        hold_seconds: how long a received message is kept from others; must outlast the moving of 32 messages.
    """

    def __init__(
        self,
        *,
        name: str,
        session: boto3.Session,
        source_queue: str,
        queue_endpoint: str,
        target_queue: str,
        credential: TokenCredential,
        hold_seconds: int = 60,
    ) -> None:
        self.name, self._hold, self._fifo = name, hold_seconds, source_queue.endswith(".fifo")
        self._source = SqsQueue(session, source_queue)
        self._target = QueueClient(queue_endpoint, target_queue, credential)

    def source_depth(self) -> Depth:
        """Messages in SQS, approximately."""
        return self._source.depth()

    def target_depth(self) -> Depth:
        """Messages in the storage queue; the service does not tell hidden ones apart, so all count as visible."""
        return Depth(self._target.count(), 0)

    def prepare(self) -> None:
        """Make the target queue if it is missing."""
        self._target.create()

    def to_target(self, seconds: float) -> Progress:
        """Move what is in SQS for about `seconds`; the token is None once SQS is empty and no message is marked.

        Messages that were in the storage queue before cannot be received for five seconds, as they are looked at.

        Raises:
            AdapterError: `invalid`, a message is too large for Queue Storage, or the queue is a FIFO queue; it stays in SQS.
        """
        if self._fifo:
            raise AdapterError(
                "invalid", f"queue {self.name} is an SQS FIFO queue, whose order would be lost", "Drain it, or use Service Bus."
            )
        deadline = time.monotonic() + seconds
        marked = self._marked()
        items, volume = self._work(lambda: self._batch_to_target(marked), deadline)
        if not self._source.depth().empty:
            return Progress(items, volume, {"left": "source"})
        settled = datetime.now(UTC) - timedelta(seconds=1.5 * self._hold)
        if any(message.inserted > settled for message in marked.values()):
            return Progress(items, volume, {"left": "marks"})
        for message in marked.values():
            self._target.replace(message, _unmarked(message.text)[1])
        return Progress(items, volume, None)

    def to_source(self, seconds: float) -> Progress:
        """Move what is in the storage queue for about `seconds`; the token is None once it is empty.

        When neither side is empty at the start, the messages in SQS are looked at once. That counts as a receive of each, and
        too many receives send a message to the dead-letter queue, so nothing is looked at when there is nothing to move.
        """
        deadline = time.monotonic() + seconds
        if not self._target.count():
            return Progress(0, 0, None)
        moved = self._moved() if not self._source.depth().empty else set()
        items, volume = self._work(lambda: self._batch_to_source(moved), deadline)
        return Progress(items, volume, {"left": "target"} if self._target.count() else None)

    def _work(self, batch: Callable[[], tuple[int, int] | None], deadline: float) -> tuple[int, int]:
        """Move batches on several threads until there are none, or the time is over; number and bytes."""

        def run() -> tuple[int, int]:
            items = volume = 0
            while (done := batch()) is not None:
                items, volume = items + done[0], volume + done[1]
                if time.monotonic() >= deadline:
                    break
            return items, volume

        with ThreadPoolExecutor(_WORKERS) as pool:
            done = [future.result() for future in [pool.submit(run) for _ in range(_WORKERS)]]
        return sum(items for items, _ in done), sum(volume for _, volume in done)

    def _batch_to_target(self, marked: dict[str, Held]) -> tuple[int, int] | None:
        messages = self._source.receive(self._hold)
        if not messages:
            return None
        put: list[tuple[Held, str]] = []
        for message in messages:
            text = encode(Message(message["Body"], _own(message.get("MessageAttributes", {}))))
            held = marked.pop(message["MessageId"], None)
            put.append((held or self._target.put(self._fitting(message, text)), text))
        self._source.delete(messages)
        for held, text in put:
            self._target.replace(held, text)
        return len(put), sum(len(text) for _, text in put)

    def _batch_to_source(self, moved: set[str]) -> tuple[int, int] | None:
        messages = self._target.receive(self._hold)
        if not messages:
            return None
        new = [_to_sqs(message) for message in messages if message.id not in moved]
        self._source.send(new)
        for message in messages:
            self._target.delete(message)
        return len(messages), sum(len(message.text) for message in messages)

    def _fitting(self, message: dict[str, Any], text: str) -> str:
        whole = f"dayzero-moving:{message['MessageId']}:{text}"
        if len(whole) > LARGEST:
            raise AdapterError(
                "invalid",
                f"message {message['MessageId']} of queue {self.name} has {len(whole)} bytes; Queue Storage takes {LARGEST}",
                "Let AWS drain the queue (leftover: drain), or put the content into object storage (claim check).",
            )
        return whole

    def _marked(self) -> dict[str, Held]:
        """Messages in the target that bear the id of an SQS message; what is looked at is hidden for five seconds."""
        found = self._look(lambda: self._target.receive(_LOOK_SECONDS), lambda one: one.id, self._target.count)
        marks = ((_unmarked(message.text)[0], message) for message in found)
        return {source_id: message for source_id, message in marks if source_id is not None}

    def _moved(self) -> set[str]:
        """Ids of Azure messages that are in SQS already."""

        def count() -> int:
            depth = self._source.depth()
            return depth.visible + depth.in_flight + depth.delayed

        found = self._look(lambda: self._source.receive(_LOOK_SECONDS), lambda one: str(one["MessageId"]), count)
        marks = (message.get("MessageAttributes", {}).get(_ATTRIBUTE) for message in found)
        return {str(mark["StringValue"]) for mark in marks if mark}

    def _look[One](self, receive: Callable[[], list[One]], name: Callable[[One], str], count: Callable[[], int]) -> list[One]:
        """Every message of a queue, also those that are hidden at first, as after an earlier look."""
        seen: dict[str, One] = {}
        deadline = time.monotonic() + 2 * self._hold + 2 * _LOOK_SECONDS
        while len(seen) < count():
            found = receive()
            seen |= {name(one): one for one in found}
            if not found:
                time.sleep(_PAUSE_SECONDS)
            if time.monotonic() >= deadline:
                raise Conflict(
                    f"{count() - len(seen)} messages of queue {self.name} stay hidden: somebody else has received them",
                    "Disable the consumers on both sides, and let the messages move again.",
                )
        return list(seen.values())


def _unmarked(text: str) -> tuple[str | None, str]:
    match = _MARKED.fullmatch(text)
    return (match.group(1), match.group(2)) if match else (None, text)


def _own(attributes: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: value for name, value in attributes.items() if name != _ATTRIBUTE}


def _to_sqs(message: Held) -> Message:
    plain = decode(_unmarked(message.text)[1])
    mark = {_ATTRIBUTE: {"DataType": "String", "StringValue": message.id}}
    return Message(plain.body, plain.attributes | mark)
