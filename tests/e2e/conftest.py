"""What whole migrations share: the folder of a stage, and the clients on it. Never here: the stage; each file has its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stage import Stage
from local.traffic.generator import Traffic
from tests.e2e.pilot import PATIENCE


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stage")


@pytest.fixture(scope="module")
def traffic(ready: Stage) -> Iterator[Traffic]:
    """Eight requests a second on the file's stage, until a test stops them."""
    clients = Traffic(ready.edge_url, rate=8, ramp=2.0, max_seconds=1200, timeout=PATIENCE)
    clients.adopt(ready.seeded)
    with clients:
        yield clients
