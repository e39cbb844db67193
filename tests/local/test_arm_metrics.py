"""Azure Monitor's metrics of the stand-in, through the real client: what sites answer is counted and told as Azure does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.monitor.querymetrics import MetricsClient

from tests.local.arm_support import SUBSCRIPTION, StandIn

COUNTED = ("total", "count")


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with StandIn(tmp_path_factory.mktemp("arm")) as started:
        started.site()
        yield started


@pytest.fixture
def client(arm: StandIn) -> MetricsClient:
    return MetricsClient(arm.url, arm.credential)


def site_id(arm: StandIn) -> str:
    return f"{arm.group}/providers/Microsoft.Web/sites/orders-func"


def fault(arm: StandIn, kind: str) -> None:
    arm.http.put("/_standin/sites/orders-func/fault", json={"kind": kind}).raise_for_status()


def ask(
    client: MetricsClient, resource: str, *names: str, aggregations: tuple[str, ...] = COUNTED, **more: Any
) -> dict[str, Any]:
    """Metrics by name, of the last three minutes."""
    end = datetime.now(UTC) + timedelta(minutes=1)
    (found,) = client.query_resources(
        resource_ids=[resource],
        metric_namespace="Microsoft.Web/sites",
        metric_names=names,
        timespan=(end - timedelta(minutes=4), end),
        granularity=timedelta(minutes=1),
        aggregations=aggregations,
        **more,
    )
    return {metric.name: metric for metric in found.metrics}


def total(metric: Any) -> float:
    return float(sum(point.total for series in metric.timeseries for point in series.data))


def test_answers_are_counted_by_minute_and_status(arm: StandIn, client: MetricsClient) -> None:
    before = {name: total(metric) for name, metric in ask(client, site_id(arm), "Requests", "Http4xx", "Http5xx").items()}
    for _ in range(3):
        httpx.get(arm.site_url, trust_env=False)
    fault(arm, "errors")
    for _ in range(2):
        httpx.get(arm.site_url, trust_env=False)
    fault(arm, "none")
    found = ask(client, site_id(arm), "Requests", "Http4xx", "Http5xx")
    added = {name: total(metric) - before[name] for name, metric in found.items()}
    assert added == {"Requests": 5, "Http4xx": 3, "Http5xx": 2}, "nothing is deployed: 404"
    (series,) = found["Requests"].timeseries
    stamps = [point.timestamp for point in series.data]
    assert {later - sooner for sooner, later in pairwise(stamps)} == {timedelta(minutes=1)}


def test_durations_are_in_seconds(arm: StandIn, client: MetricsClient) -> None:
    httpx.get(arm.site_url, trust_env=False)
    (series,) = ask(client, site_id(arm), "HttpResponseTime", aggregations=("average", "maximum"))[
        "HttpResponseTime"
    ].timeseries
    assert 0 < max(point.maximum for point in series.data) < 10
    assert max(point.average for point in series.data) <= max(point.maximum for point in series.data)


def test_a_metric_that_is_not_there_is_refused_with_those_that_are(arm: StandIn, client: MetricsClient) -> None:
    with pytest.raises(
        HttpResponseError, match=r"Failed to find metric configuration.*metric: Nothing, Valid metrics: .*requests"
    ) as refused:
        ask(client, site_id(arm), "Nothing")
    assert refused.value.status_code == 400


def test_the_data_plane_wants_tokens_of_its_own(arm: StandIn) -> None:
    for_arm = MetricsClient(arm.url, arm.credential, audience="https://management.azure.com")
    with pytest.raises(ClientAuthenticationError):
        ask(for_arm, site_id(arm), "Requests")


def test_it_knows_its_versions_and_its_subscription(arm: StandIn) -> None:
    token = arm.credential.get_token("https://metrics.monitor.azure.com/.default").token
    headers = {"Authorization": f"Bearer {token}"}
    body, names = {"resourceids": [site_id(arm)]}, "metricnamespace=Microsoft.Web/sites&metricnames=Requests"

    def post(subscription: str, version: str) -> int:
        path = f"/subscriptions/{subscription}/metrics:getBatch?{names}&api-version={version}"
        return arm.http.post(path, json=body, headers=headers).status_code

    assert post(SUBSCRIPTION, "2024-02-01") == 200
    assert post(SUBSCRIPTION, "2018-01-01") == 400
    assert post("another", "2024-02-01") == 404


def test_custom_metrics_are_listed_by_resource_manager_and_unknown_to_the_batch(arm: StandIn, client: MetricsClient) -> None:
    sent = {"resource": site_id(arm), "namespace": "Shop", "name": "Placed", "value": 4, "dimensions": {"Shop": "north"}}
    for shop in ("north", "north", "south"):
        arm.http.post("/_standin/metrics", json={**sent, "dimensions": {"Shop": shop}}).raise_for_status()
    listing = (
        f"{site_id(arm)}/providers/Microsoft.Insights/metrics?api-version=2023-10-01&metricnamespace=Shop&metricnames=Placed"
    )

    def points(more: str) -> list[Any]:
        answer = arm.http.get(f"{listing}&aggregation=total,count&{more}").raise_for_status().json()
        return [
            ({one["name"]["value"]: one["value"] for one in series["metadatavalues"]}, point["total"], point["count"])
            for series in answer["value"][0]["timeseries"]
            for point in series["data"]
            if point["count"]
        ]

    assert points("interval=FULL") == [({}, 12.0, 3.0)]
    assert points("interval=FULL&$filter=Shop eq 'north'") == [({}, 8.0, 2.0)]
    assert points("interval=PT1M&$filter=Shop eq '*'") == [({"shop": "north"}, 8.0, 2.0), ({"shop": "south"}, 4.0, 1.0)]
    with pytest.raises(HttpResponseError, match="metric configuration"):
        ask(client, site_id(arm), "Placed")


def test_a_new_site_of_an_old_name_begins_at_zero(arm: StandIn, client: MetricsClient) -> None:
    httpx.get(arm.site_url, trust_env=False)
    arm.web.web_apps.delete("orders", "orders-func")
    arm.site()
    assert total(ask(client, site_id(arm), "Requests")["Requests"]) == 0
