"""How many messages SQS queues hold, and how they treat them.

Lives here: reading attributes. Never here: messages (moving them is the state stores' work).
"""

import json
from typing import Any

import boto3

from adapters.aws.errors import aws_errors
from adapters.records import Depth, QueueRules


class SqsQueues:
    """SourceQueues of SQS.

    The three counts are approximate: they reach their true values about a minute after producers stop, so a queue is empty only
    if it is seen empty more than once, some time apart. Source: SQS API reference, GetQueueAttributes.
    """

    def __init__(self, session: boto3.Session) -> None:
        self._client: Any = session.client("sqs")

    def depth(self, queue: str) -> Depth:
        """Messages of the queue with that name: visible, in flight, delayed."""
        counts = [f"ApproximateNumberOfMessages{what}" for what in ("", "NotVisible", "Delayed")]
        found = self._attributes(queue, counts)
        return Depth(
            visible=int(found["ApproximateNumberOfMessages"]),
            in_flight=int(found["ApproximateNumberOfMessagesNotVisible"]),
            delayed=int(found["ApproximateNumberOfMessagesDelayed"]),
        )

    def rules(self, queue: str) -> QueueRules:
        """MaximumMessageSize, VisibilityTimeout and maxReceiveCount of the queue with that name."""
        found = self._attributes(queue, ["MaximumMessageSize", "VisibilityTimeout", "RedrivePolicy"])
        receives = json.loads(found.get("RedrivePolicy") or "{}").get("maxReceiveCount")
        return QueueRules(
            largest=int(found["MaximumMessageSize"]),
            hidden=int(found["VisibilityTimeout"]),
            receives=int(receives) if receives is not None else None,
        )

    def _attributes(self, queue: str, names: list[str]) -> dict[str, Any]:
        with aws_errors(f"SQS queue {queue}", "Check the queue's name in the plan, and the plan's account and region."):
            url = self._client.get_queue_url(QueueName=queue)["QueueUrl"]
            return dict(self._client.get_queue_attributes(QueueUrl=url, AttributeNames=names).get("Attributes", {}))
