"""What every clock keeps: it is told by an answer of the cloud, ahead is positive, and changes nothing."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.aws.clock import StsClock
from adapters.azure.clock import ArmClock
from adapters.clocks import Clock, ahead
from adapters.errors import AdapterError, NotFound
from local.environment import Environment
from tests.adapters.aws_resources import Aws
from tests.contracts.azure_target import AzureTarget

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def target(environment: Environment) -> Iterator[AzureTarget]:
    made = AzureTarget(environment.variables())
    yield made
    made.remove()


@pytest.fixture(params=["aws", "azure"])
def port(request: pytest.FixtureRequest, aws: Aws, target: AzureTarget) -> Clock:
    made: dict[str, Callable[[], Clock]] = {
        "aws": lambda: StsClock(aws.session),
        "azure": lambda: ArmClock(target.clients, target.group),
    }
    return made[request.param]()


def test_a_cloud_on_this_machine_has_its_time(port: Clock, aws: Aws) -> None:
    assert abs(port.ahead()) <= 2
    assert aws.changes == []


def test_a_group_that_is_not_there_is_told(target: AzureTarget) -> None:
    with pytest.raises(NotFound):
        ArmClock(target.clients, "no-such-group").ahead()


@pytest.mark.parametrize(("said", "seconds"), [("11:58:00", 121.5), ("12:03:00", -178.5)])
def test_ahead_is_what_this_machine_says_more(said: str, seconds: float) -> None:
    found = ahead(f"Mon, 23 Nov 2026 {said} GMT", NOON + timedelta(seconds=1), NOON + timedelta(seconds=3), "AWS")
    assert found == pytest.approx(seconds)


@pytest.mark.parametrize("said", [None, "", "noon"])
def test_an_answer_without_a_time_is_told(said: str | None) -> None:
    with pytest.raises(AdapterError, match="AWS: its answer has no Date"):
        ahead(said, NOON, NOON, "AWS")
