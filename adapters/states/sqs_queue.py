"""SQS queue to Azure storage queue: the `QueueMover`."""

import boto3
from azure.core.credentials import TokenCredential


class SqsQueueMover:
    """An SQS queue and the storage queue that takes its place."""

    def __init__(
        self,
        *,
        name: str,
        session: boto3.Session,
        source_queue: str,
        queue_endpoint: str,
        target_queue: str,
        credential: TokenCredential,
    ) -> None:
        self.name = name
