"""Messages to a worker that moves from AWS to Azure: each is enqueued where the ladder says, once.

Lives here: sending. Never here: receiving, which both sides do on their own while the old queue drains.
"""

from functools import partial
from typing import TYPE_CHECKING

import boto3
from azure.core.credentials import TokenCredential
from azure.storage.queue import QueueClient, TextBase64EncodePolicy

from bridge.book import CALL_LIMITS
from bridge.calls import AWS_LIMITS, repeated
from bridge.errors import Superseded
from bridge.ladder import Ladder

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsQueue:
    """Args: session, and the queue's URL. Needs sqs:SendMessage."""

    def __init__(self, session: boto3.Session, url: str) -> None:
        self._client: SQSClient = session.client("sqs", config=AWS_LIMITS)
        self._url = url

    def send(self, text: str) -> None:
        """Enqueue one message."""
        self._client.send_message(QueueUrl=self._url, MessageBody=text)


class StorageQueue:
    """Args: Queue service URL, queue, and a credential with the role Storage Queue Data Message Sender."""

    def __init__(self, service_url: str, queue: str, credential: TokenCredential) -> None:
        policy = TextBase64EncodePolicy()  # as the host's trigger expects it
        self._client = QueueClient(service_url, queue, credential=credential, message_encode_policy=policy, **CALL_LIMITS)

    def send(self, text: str) -> None:
        """Enqueue one message, on a connection of its own.

        When the service closes one that was kept, at that very moment, nobody can tell whether the message arrived.
        """
        self._client.send_message(text, headers={"Connection": "close"})


class Messages:
    """One queue on both sides; safe for concurrent use. `aws`: None where no ladder leads the app."""

    def __init__(self, ladder: Ladder, *, aws: SqsQueue | None, azure: StorageQueue) -> None:
        self._ladder, self._queues = ladder, {"aws": aws, "azure": azure}

    def send(self, text: str) -> None:
        """Enqueue one message on the side that has the producers. It does not wait while writes are held.

        Raises:
            NotNow: the ladder does not let it go on; nothing was sent.
        """
        while True:
            try:
                with self._ladder.operation(write=False) as lease:
                    queue = self._queues[lease.place.producers]
                    if queue is None:
                        raise ValueError("the ladder asks for a queue on AWS, but the app has not said which")
                    repeated(partial(queue.send, text), safe=False, before=partial(self._ladder.assure, lease))
                    return
            except Superseded:
                continue
