"""Both sides of the sample, started once a test process."""

from collections.abc import Iterator

import pytest

from local.environment import Environment
from tests.examples.order_sides import Side, aws_side, azure_side


@pytest.fixture(scope="session")
def sides(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Side]]:
    with azure_side(environment, tmp_path_factory.mktemp("orders-host")) as azure:
        yield {"aws": aws_side(), "azure": azure}


@pytest.fixture(params=["aws", "azure"])
def side(request: pytest.FixtureRequest, sides: dict[str, Side]) -> Side:
    return sides[request.param]
