"""A ledger for this room's tests: a real one, on Azurite."""

import pytest

from ledger.ledger import Ledger, open_ledger
from local.environment import Environment


@pytest.fixture(scope="session")
def ledger(environment: Environment) -> Ledger:
    """The ledger that the embedded environment's variables name."""
    return open_ledger()
