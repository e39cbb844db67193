"""How many messages SQS queues hold.

Lives here: reading attributes. Never here: messages (moving them is the state stores' work).
"""

import boto3

from adapters.aws.errors import aws_errors
from adapters.records import Depth


class SqsQueues:
    """SourceQueues of SQS.

    The three counts are approximate: they reach their true values about a minute after producers stop, so a queue is empty only
    if it is seen empty more than once, some time apart. Source: SQS API reference, GetQueueAttributes.
    """

    def __init__(self, session: boto3.Session) -> None:
        self._client = session.client("sqs")

    def depth(self, queue: str) -> Depth:
        """Messages of the queue with that name: visible, in flight, delayed."""
        with aws_errors(f"SQS queue {queue}", "Check the queue's name in the plan, and the plan's account and region."):
            url = self._client.get_queue_url(QueueName=queue)["QueueUrl"]
            found = self._client.get_queue_attributes(
                QueueUrl=url,
                AttributeNames=[
                    "ApproximateNumberOfMessages",
                    "ApproximateNumberOfMessagesNotVisible",
                    "ApproximateNumberOfMessagesDelayed",
                ],
            )["Attributes"]
        return Depth(
            visible=int(found["ApproximateNumberOfMessages"]),
            in_flight=int(found["ApproximateNumberOfMessagesNotVisible"]),
            delayed=int(found["ApproximateNumberOfMessagesDelayed"]),
        )
