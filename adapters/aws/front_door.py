"""HTTP APIs of API Gateway."""

import boto3


class HttpApis:
    """FrontDoor of API Gateway."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
