"""Lambda functions: what they are, their concurrency, how often they ran."""

import boto3


class LambdaFunctions:
    """SourceFunctions of Lambda."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
