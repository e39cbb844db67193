"""Fixtures that several rooms' tests share: the embedded environment, started once a test process."""

import signal
from collections.abc import Iterator

import pytest

from ledger.ledger import Ledger, open_ledger
from local.environment import Environment
from tests.adapters.aws_resources import Aws

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # so a shell starts what runs in its background, and children inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """MiniStack, Azurite and the ARM stand-in; this process's environment variables lead to them for as long as it runs."""
    with (
        Environment(tmp_path_factory.mktemp("environment"), keeping="in-memory") as started,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in started.variables().items():
            patch.setenv(name, value)
        yield started


@pytest.fixture(scope="session")
def ledger(environment: Environment) -> Ledger:
    """The ledger that the embedded environment's variables name: a real one, on Azurite."""
    return open_ledger()


@pytest.fixture
def aws(environment: Environment) -> Aws:
    """A watched session on MiniStack, and ways to make resources there."""
    return Aws()
