"""What every Observer keeps: counts add up, no traffic is 0, a metric that is not there is an error and never 0."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from adapters.errors import Denied, NotFound
from adapters.observers.azure_monitor import AzureMonitorObserver
from adapters.observing import Metric, Statistic, Traffic
from local.endpoints import TARGET_SITE
from local.environment import Environment
from tests.adapters.aws_resources import Aws
from tests.contracts.azure_target import AzureTarget, until
from tests.contracts.observed_sides import FlexSite, Functions, HttpApi, Observed, Site, now


@pytest.fixture(params=[Functions, HttpApi, Site, FlexSite])
def side(request: pytest.FixtureRequest, environment: Environment, aws: Aws) -> Iterator[Observed]:
    made: Observed = request.param(aws if request.param in {Functions, HttpApi} else environment.variables())
    yield made
    made.remove()


def counted(side: Observed, since: datetime, wanted: Traffic) -> None:
    """Wait until the side tells these counts, for services count a little later."""
    until(lambda: side.observer.traffic(since) == wanted, 10.0)


def test_no_traffic_is_zero_and_counts_add_up_from_the_same_beginning(side: Observed) -> None:
    since, none = now(), 0 if side.throttles else None
    assert side.observer.traffic(since) == Traffic(0, 0, none)
    assert side.observer.latency(since) == {}
    side.serve(5, 0)
    counted(side, since, Traffic(5, 0, none))
    side.serve(2, 3)
    counted(side, since, Traffic(10, 3, none))
    assert side.observer.traffic(datetime.now(UTC) + timedelta(minutes=5)) == Traffic(0, 0, none)


def test_durations_are_told_in_seconds_by_what_the_service_offers(side: Observed) -> None:
    since = now()
    side.serve(3, 0)
    until(lambda: side.observer.latency(since))
    found = side.observer.latency(since)
    assert found.keys() <= {"average", "p50", "p95", "p99"}
    assert all(0 < seconds < 10 for seconds in found.values())


def test_a_side_that_does_not_exist_is_no_side_without_traffic(side: Observed) -> None:
    with pytest.raises(NotFound, match="no-such") as raised:
        side.nobody.traffic(now())
    assert raised.value.mend


def test_the_oldest_message_has_an_age_and_an_empty_queue_none(side: Observed) -> None:
    assert side.observer.queue_age(side.queue) == 0.0
    side.put_message()
    until(lambda: 0 < side.observer.queue_age(side.queue) < 60)


def test_a_metric_by_name_is_an_error_until_it_exists_and_then_its_values(side: Observed) -> None:
    since = now()
    with pytest.raises(NotFound, match="OrdersPlaced") as raised:
        side.observer.value(side.metric, since)
    assert "plan" in raised.value.mend
    for value in (2.0, 6.0, 7.0):
        side.send(value, {"Shop": "north"})
    side.send(100.0, {"Shop": "south"})
    drawn: dict[Statistic, float] = {"sum": 15.0, "count": 3.0, "average": 5.0, "minimum": 2.0, "maximum": 7.0}
    for statistic, wanted in drawn.items():
        until(partial(tells, side, replace(side.metric, statistic=statistic), wanted))


def tells(side: Observed, metric: Metric, wanted: float) -> bool:
    """Whether the metric has this value, counted since a minute ago."""
    return side.observer.value(metric, now() - timedelta(minutes=1)) == pytest.approx(wanted)


def test_values_with_other_dimensions_do_not_count(side: Observed) -> None:
    side.send(100.0, {"Shop": "south"})
    side.send(1.0, {"Shop": "north"})
    until(partial(tells, side, side.metric, 1.0))


def test_an_app_on_flex_consumption_does_not_count_and_says_what_does(environment: Environment) -> None:
    side = FlexSite(environment.variables())
    try:
        alone = AzureMonitorObserver(side.data, side.id(TARGET_SITE), None, lambda _: side.messages)
        with pytest.raises(NotFound, match="Requests") as raised:
            alone.traffic(now())
        assert "checks.metrics.application_insights" in raised.value.mend
    finally:
        side.remove()


def test_who_may_not_read_metrics_is_told_so(environment: Environment) -> None:
    side = Site(environment.variables())
    target: AzureTarget = side.target
    try:
        target.allow({"actions": ["Microsoft.Web/*"], "notActions": []})
        with pytest.raises(Denied) as raised:
            side.observer.traffic(now())
        assert "Monitoring Reader" in raised.value.mend
        with pytest.raises(Denied):
            side.observer.value(side.metric, now())
    finally:
        side.remove()


def test_who_gives_no_endpoint_asks_the_data_plane_of_the_apps_region(environment: Environment) -> None:
    side = Site(environment.variables())
    try:
        assert side.data._region(side.id(TARGET_SITE), "microsoft.web/sites") == "westeurope"
    finally:
        side.remove()
