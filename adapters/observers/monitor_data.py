"""Azure Monitor's data of any metric: by the minute, drawn together over a time.

Lives here: the two services that give it. Platform metrics come from the regional data plane (metrics:getBatch); custom
metrics, which it does not know, from Resource Manager. Never here: what a metric means.
Source: "Metrics Batch" 2024-02-01, "Metrics - List" 2023-10-01, and for what the batch does not do: "How to migrate from the
metrics API to the getBatch API".
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from azure.core.credentials import TokenCredential
from azure.core.rest import HttpRequest
from azure.monitor.querymetrics import MetricsClient

from adapters.azure.clients import AzureClients
from adapters.azure.errors import azure_errors
from adapters.errors import AdapterError, Denied, NotFound
from adapters.observing import Metric

AUDIENCE = "https://metrics.monitor.azure.com"
_MINUTE = timedelta(minutes=1)
_VERSION = "2023-10-01"
_VERSIONS = {"microsoft.web/sites": "2024-11-01", "microsoft.insights/components": "2020-02-02"}
_DRAWN = {"sum": "total", "average": "average", "minimum": "minimum", "maximum": "maximum", "count": "count"}
_UNKNOWN = "metric configuration"
"""What Azure Monitor's refusal of a name says: 'Failed to find metric configuration for provider ...'."""
_GRANT = "Assign Monitoring Reader to the agent's identity at the subscription: the data plane asks for it there."
_SERIES = 100
"""Combinations of dimensions that are given at most."""


@dataclass(frozen=True)
class Series:
    """The minutes' values of a metric for one combination of dimensions, whose names are in lower case."""

    values: tuple[float, ...] = ()
    dimensions: Mapping[str, str] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Their sum."""
        return sum(self.values)


class MonitorData:
    """Metrics of the resources of one subscription, since a moment and until now.

    Args:
        clients: of the subscription; its identity needs Monitoring Reader at the subscription, as the batch asks for it there.
        credential: that identity.
        endpoint: data plane; None: that of the resource's region in the public cloud.
        audience: what tokens for it are asked for.
    """

    def __init__(
        self, clients: AzureClients, credential: TokenCredential, endpoint: str | None = None, audience: str = AUDIENCE
    ) -> None:
        self._clients, self._endpoint = clients, endpoint
        self._client = cache(lambda url: MetricsClient(url, credential, audience=audience))
        self._region = cache(self._located)

    def batch(
        self,
        resource: str,
        namespace: str,
        names: Sequence[str],
        aggregation: str,
        since: datetime,
        *,
        where: str | None = None,
        mend: str = "",
    ) -> dict[str, list[Series]]:
        """Platform metrics of one resource, by name.

        Args:
            resource: its id.
            namespace: its type.
            names: metrics of that type.
            aggregation: `total`, `average` or `count`.
            since: beginning of a minute.
            where: a filter of dimensions; with it there may be several series.
            mend: what to do when there is no such metric.
        """
        endpoint = self._endpoint or f"https://{self._region(resource, namespace)}.metrics.monitor.azure.com"
        with _metric_errors(resource, names, mend):
            found = self._client(endpoint).query_resources(
                resource_ids=[resource],
                metric_namespace=namespace,
                metric_names=list(names),
                timespan=(since, _until()),
                granularity=_MINUTE,
                aggregations=[aggregation],
                filter=where,
                max_results=_SERIES if where else None,
            )
        return {
            metric.name: [
                Series(
                    tuple(value for point in one.data if (value := getattr(point, aggregation)) is not None),
                    {name.lower(): value or "" for name, value in one.metadata_values.items()},
                )
                for one in metric.timeseries
            ]
            for result in found
            for metric in result.metrics
        }

    def one(self, resource: str, metric: Metric, since: datetime) -> float | None:
        """Any metric of a resource, custom ones included; None without a value."""
        asked = {
            "api-version": _VERSION,
            "metricnames": metric.name,
            "metricnamespace": metric.namespace,
            "timespan": f"{since:%Y-%m-%dT%H:%M:%SZ}/{_until():%Y-%m-%dT%H:%M:%SZ}",
            "interval": "FULL",
            "aggregation": _DRAWN[metric.statistic],
        }
        if metric.dimensions:
            asked["$filter"] = " and ".join(f"{name} eq '{value}'" for name, value in metric.dimensions.items())
        with _metric_errors(resource, [metric.name], "Correct the metric's name, namespace and resource in the plan."):
            found = self._get(f"{resource}/providers/Microsoft.Insights/metrics?{urlencode(asked)}")
        points = [
            point[_DRAWN[metric.statistic]]
            for one in found["value"]
            for series in one["timeseries"]
            for point in series["data"]
            if point.get(_DRAWN[metric.statistic]) is not None
        ]
        return float(points[-1]) if points else None

    def _located(self, resource: str, namespace: str) -> str:
        with azure_errors(f"resource {resource}"):
            found = self._get(f"{resource}?api-version={_VERSIONS[namespace]}")
        return str(found["location"]).replace(" ", "").lower()

    def _get(self, path: str) -> Any:
        plain = self._clients.plain
        answer = plain.send_request(HttpRequest("GET", plain.format_url(path)))
        answer.raise_for_status()
        return answer.json()


def _until() -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0) + _MINUTE


@contextmanager
def _metric_errors(resource: str, names: Sequence[str], mend: str) -> Iterator[None]:
    """As `azure_errors`, but a metric that is not there is NotFound (the services answer 400), and a refusal names the role."""
    told = f"metrics {', '.join(names)} of {resource}"
    try:
        with azure_errors(told, mend):
            yield
    except AdapterError as error:
        if error.code == "invalid" and _UNKNOWN in error.message:
            raise NotFound(error.message, mend) from error
        if isinstance(error, Denied):
            raise Denied(error.message, _GRANT) from error
        raise
