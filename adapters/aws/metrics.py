"""How often Lambda functions ran, by CloudWatch.

Lives here: the metric Invocations. Never here: judgement of it.
"""

from datetime import UTC, datetime, timedelta

import boto3

from adapters.aws.errors import aws_errors

_MOST_POINTS = 1440
"""Data points that one GetMetricStatistics call may give."""


class LambdaMetrics:
    """Metrics of the namespace AWS/Lambda.

    CloudWatch keeps them by the minute and shows an invocation one to three minutes after it ended: a 0 for the last minute
    proves nothing yet, so whoever waits for silence must look at a period that is older than that.
    """

    def __init__(self, session: boto3.Session) -> None:
        self._client = session.client("cloudwatch")

    def invocations(self, function: str, last: timedelta) -> int:
        """Sum of Invocations from `last` ago, rounded to a longer period of whole minutes, until now.

        Args:
            function: name of the function, all versions and aliases together; the name alone, not an ARN.
            last: length of the period.
        """
        minutes = max(1, -(-int(last.total_seconds()) // 60))
        period = 60 * -(-(minutes + 1) // _MOST_POINTS)
        until = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        with aws_errors(f"metric Invocations of Lambda function {function}"):
            answer = self._client.get_metric_statistics(
                Namespace="AWS/Lambda",
                MetricName="Invocations",
                Dimensions=[{"Name": "FunctionName", "Value": function}],
                StartTime=until - timedelta(minutes=minutes + 1),
                EndTime=until,
                Period=period,
                Statistics=["Sum"],
            )
        return int(sum(point["Sum"] for point in answer["Datapoints"]))
