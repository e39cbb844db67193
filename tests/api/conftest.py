"""A gate that waits, and the client of a durable host on which its run lives. Never here: requests."""

import pytest
from durabletask.client import OrchestrationStatus

from ledger.ledger import Ledger
from tests.api.doors import Durable
from tests.approvals.gates import AtTheGate


@pytest.fixture
def gate(ledger: Ledger) -> AtTheGate:
    return AtTheGate(ledger)


@pytest.fixture
def durable(gate: AtTheGate) -> Durable:
    return Durable(living={gate.id: OrchestrationStatus.RUNNING})
