"""SQS queues."""

import boto3


class SqsQueues:
    """SourceQueues of SQS."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
