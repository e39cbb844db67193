"""Event source mappings of Lambda functions."""

import boto3


class LambdaMappings:
    """EventMappings of Lambda."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
