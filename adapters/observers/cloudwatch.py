"""What CloudWatch counts about the source.

Lives here: which metrics say what. Never here: a judgement, a query's wire form (`metric_data.py`).
Source: "Working with metrics for HTTP APIs" (API Gateway), "Types of metrics for Lambda functions", "Available CloudWatch
metrics for Amazon SQS".
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import boto3

from adapters.aws.errors import aws_errors
from adapters.aws.queues import SqsQueues
from adapters.errors import NotFound
from adapters.observers.metric_data import MetricData
from adapters.observing import Metric, Traffic

_MILLISECONDS = 1000.0
_RECENT = timedelta(minutes=5)
_API, _LAMBDA, _SQS = "AWS/ApiGateway", "AWS/Lambda", "AWS/SQS"


class CloudWatchObserver:
    """Observer of the HTTP APIs, the functions behind them and the queues.

    Requests are counted by the HTTP APIs; where they have no metrics, by the functions behind them, whose errors are
    invocations that failed. An account's API Gateway that has taken no request yet has no metric either.

    Args:
        session: in the source's region.
        functions: names of the Lambda functions that serve requests.
        apis: ids of the HTTP APIs in front of them.
        queues: by names in the plan, names of SQS queues.
    """

    def __init__(
        self, session: boto3.Session, functions: Sequence[str], apis: Sequence[str], queues: Mapping[str, str]
    ) -> None:
        self._data = MetricData(session)
        self._lambda, self._depths = session.client("lambda"), SqsQueues(session)
        self._functions, self._apis, self._queues = functions, apis, queues

    def traffic(self, since: datetime) -> Traffic:
        """Requests, server errors (5xx, or failed invocations) and throttled invocations."""
        for function in self._functions:  # a metric of a function that does not exist would be an honest-looking 0
            with aws_errors(f"Lambda function {function}", "Check the function's name in the plan."):
                self._lambda.get_function_configuration(FunctionName=function)
        requests, errors = self._of_apis("Count"), self._of_apis("5xx")
        if not self._counted_by_apis():
            requests, errors = self._of_functions("Invocations"), self._of_functions("Errors")
        throttles = self._of_functions("Throttles")
        found = self._data.totals([*requests, *errors, *throttles], since)
        ends = len(requests), len(requests) + len(errors)
        return Traffic(*(int(sum(part)) for part in (found[: ends[0]], found[ends[0] : ends[1]], found[ends[1] :])))

    def latency(self, since: datetime) -> Mapping[str, float]:
        """Mean over the minutes of `p50`, `p95` and `p99` of the busiest API, else of the slowest function."""
        name = "Latency" if self._counted_by_apis() else "Duration"
        metrics = self._of_apis(name) if name == "Latency" else self._of_functions(name)
        found = {quantile: self._data.means(metrics, since, quantile) for quantile in ("p50", "p95", "p99")}
        return {quantile: max(values) / _MILLISECONDS for quantile, values in found.items() if values}

    def queue_age(self, queue: str) -> float:
        """The largest ApproximateAgeOfOldestMessage of the last five minutes; 0 for a queue that is empty.

        SQS sends metrics only while a queue is in use: none at all says nothing about a queue that holds messages.
        """
        name = self._queues[queue]
        if self._depths.depth(name).empty:
            return 0.0
        metric = Metric(_SQS, "ApproximateAgeOfOldestMessage", "maximum", {"QueueName": name})
        age = self._data.value(metric, datetime.now(UTC) - _RECENT)
        if age is None:
            raise NotFound(f"SQS queue {name} holds messages but has no {metric.name}", "Wait until CloudWatch has it.")
        return age

    def value(self, metric: Metric, since: datetime) -> float | None:
        """A metric by name; CloudWatch must know this name with exactly these dimensions."""
        if not self._data.exists(metric):
            told = ", ".join(f"{name}={value}" for name, value in metric.dimensions.items()) or "no dimensions"
            raise NotFound(
                f"CloudWatch has no metric {metric.namespace} {metric.name} with {told}",
                "Correct its name in the plan; a metric without values for two weeks does not count as one.",
            )
        return self._data.value(metric, since)

    def _counted_by_apis(self) -> bool:
        return bool(self._apis) and all(self._data.exists(metric) for metric in self._of_apis("Count"))

    def _of_apis(self, name: str) -> list[Metric]:
        return [Metric(_API, name, "sum", {"ApiId": api}) for api in self._apis]

    def _of_functions(self, name: str) -> list[Metric]:
        return [Metric(_LAMBDA, name, "sum", {"FunctionName": function}) for function in self._functions]
