"""S3 event notifications."""

import boto3


class BucketNotifications:
    """BucketEvents of S3, for notifications that lead to the given functions."""

    def __init__(self, session: boto3.Session, functions: frozenset[str]) -> None:
        self._session = session
