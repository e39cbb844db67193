"""What Azure Monitor counts about the target.

Lives here: which metrics of the app, or of its Application Insights component, say what. Never here: a judgement, a request's
wire form (`monitor_data.py`), queues' messages.
Source: "Supported metrics for Microsoft.Web/sites", "Supported metrics for microsoft.insights/components".
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from adapters.observers.monitor_data import MonitorData
from adapters.observing import Metric, Traffic
from adapters.states.queue_client import QueueClient

_SITE, _COMPONENT = "microsoft.web/sites", "microsoft.insights/components"
_FLEX = (
    "An app on the Flex Consumption plan does not count requests: name its Application Insights component under "
    "checks.metrics.application_insights."
)
_STATUS = "request/resultCode"
_MILLISECONDS = 1000.0


class AzureMonitorObserver:
    """Observer of one function app.

    Args:
        data: the metrics of the app's subscription.
        app: resource id of the function app.
        component: resource id of its Application Insights component, which then counts requests by status; None: the app
            itself does.
        queues: by names in the plan, queues of Queue Storage.
    """

    def __init__(self, data: MonitorData, app: str, component: str | None, queues: Callable[[str], QueueClient]) -> None:
        self._data, self._app, self._component, self._queues = data, app, component, queues

    def traffic(self, since: datetime) -> Traffic:
        """Requests and those answered with 5xx; 429 only from Application Insights."""
        if self._component:
            by_status = self._by_status(self._component, since)
            failed = sum(count for status, count in by_status.items() if status.startswith("5"))
            return Traffic(sum(by_status.values()), failed, by_status.get("429", 0))
        found = self._data.batch(self._app, _SITE, ["Requests", "Http5xx"], "total", since, mend=_FLEX)
        requests, errors = (int(sum(series.total for series in found[name])) for name in ("Requests", "Http5xx"))
        return Traffic(requests, errors, None)

    def latency(self, since: datetime) -> Mapping[str, float]:
        """`average`, the only statistic of durations that Azure Monitor keeps."""
        if self._component:
            resource, namespace, name, unit = self._component, _COMPONENT, "requests/duration", _MILLISECONDS
        else:
            resource, namespace, name, unit = self._app, _SITE, "HttpResponseTime", 1.0
        found = self._data.batch(resource, namespace, [name], "average", since, mend=_FLEX)[name]
        took = [value / unit for series in found for value in series.values if value > 0]  # 0 is a minute without requests
        return {"average": sum(took) / len(took)} if took else {}

    def queue_age(self, queue: str) -> float:
        """By the message at the queue's front: Azure Monitor has no age, and counts messages by the hour."""
        inserted = self._queues(queue).oldest()
        return max(0.0, (datetime.now(UTC) - inserted).total_seconds()) if inserted else 0.0

    def value(self, metric: Metric, since: datetime) -> float | None:
        """A platform or a custom metric of the app, or of the resource that it names."""
        return self._data.one(metric.resource or self._app, metric, since)

    def _by_status(self, component: str, since: datetime) -> dict[str, int]:
        every = f"{_STATUS} eq '*'"
        found = self._data.batch(component, _COMPONENT, ["requests/count"], "count", since, where=every)["requests/count"]
        counted: dict[str, int] = {}
        for series in found:
            status = series.dimensions.get(_STATUS.lower(), "")
            counted[status] = counted.get(status, 0) + int(series.total)
        return counted
