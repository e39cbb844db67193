"""The time that AWS goes by. Never here: what is done about a difference. Source: STS GetCallerIdentity."""

from datetime import UTC, datetime

import boto3

from adapters.aws.errors import aws_errors
from adapters.clocks import ahead


class StsClock:
    """Clock of AWS, as its token service tells it in each answer."""

    def __init__(self, session: boto3.Session) -> None:
        self._client = session.client("sts")

    def ahead(self) -> float:
        """Seconds that this machine's clock is ahead of AWS's."""
        asked = datetime.now(UTC)
        with aws_errors("the clock of AWS"):
            answer = self._client.get_caller_identity()
        headers = answer["ResponseMetadata"].get("HTTPHeaders", {})
        return ahead(headers.get("date"), asked, datetime.now(UTC), "AWS")
