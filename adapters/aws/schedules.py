"""EventBridge rules with a schedule."""

import boto3


class EventBridgeRules:
    """Schedules of EventBridge."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
