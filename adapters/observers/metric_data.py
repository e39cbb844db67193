"""CloudWatch's data of any metric: by the minute, drawn together over a time.

Lives here: the calls GetMetricData and ListMetrics. Never here: what a metric means.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from adapters.aws.errors import aws_errors
from adapters.observing import Metric

_MINUTE = 60
_QUERIES = 500
"""Metrics of one GetMetricData call at most."""
_DRAWN = {"sum": "Sum", "count": "SampleCount", "minimum": "Minimum", "maximum": "Maximum"}


class MetricData:
    """Values of metrics since a moment, until now."""

    def __init__(self, session: boto3.Session) -> None:
        self._client = session.client("cloudwatch")

    def exists(self, metric: Metric) -> bool:
        """Whether there is a metric of this name with exactly these dimensions that had a value within two weeks."""
        wanted = dict(metric.dimensions)
        filters = [{"Name": name, "Value": value} for name, value in wanted.items()]
        with aws_errors(f"metric {metric.namespace} {metric.name}"):
            pages = self._client.get_paginator("list_metrics").paginate(
                Namespace=metric.namespace, MetricName=metric.name, Dimensions=filters
            )
            return any(
                {dimension["Name"]: dimension["Value"] for dimension in found["Dimensions"]} == wanted
                for page in pages
                for found in page["Metrics"]
            )

    def totals(self, metrics: Sequence[Metric], since: datetime) -> list[float]:
        """The sum of each; 0 where there is nothing."""
        return [sum(values) for values in self._values([(metric, "Sum") for metric in metrics], since)]

    def means(self, metrics: Sequence[Metric], since: datetime, statistic: str) -> list[float]:
        """The mean over the minutes of a statistic such as `p95`, of each metric that has any value."""
        found = self._values([(metric, statistic) for metric in metrics], since)
        return [sum(values) / len(values) for values in found if values]

    def value(self, metric: Metric, since: datetime) -> float | None:
        """One metric over the whole time by its own statistic; None without any value."""
        if metric.statistic == "average":
            sums, counts = self._values([(metric, "Sum"), (metric, "SampleCount")], since)
            return sum(sums) / sum(counts) if sum(counts) else None
        values = self._values([(metric, _DRAWN[metric.statistic])], since)[0]
        draw = {"minimum": min, "maximum": max}.get(metric.statistic, sum)
        return float(draw(values)) if values else None

    def _values(self, wanted: Sequence[tuple[Metric, str]], since: datetime) -> list[list[float]]:
        """The minutes' values of each metric and statistic, in the order asked."""
        found: list[list[float]] = [[] for _ in wanted]
        until = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        for first in range(0, len(wanted), _QUERIES):
            queries = [_query(number, *wanted[number]) for number in range(first, min(first + _QUERIES, len(wanted)))]
            with aws_errors(f"metrics of {wanted[0][0].namespace}"):
                pages = self._client.get_paginator("get_metric_data").paginate(
                    MetricDataQueries=queries,
                    StartTime=since.replace(second=0, microsecond=0),
                    EndTime=until,
                )
                for page in pages:
                    for result in page["MetricDataResults"]:
                        found[int(result["Id"].removeprefix("m"))] += result["Values"]
        return found


def _query(number: int, metric: Metric, statistic: str) -> dict[str, Any]:
    named = {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions.items()],
    }
    return {"Id": f"m{number}", "MetricStat": {"Metric": named, "Period": _MINUTE, "Stat": statistic}}
