"""The agent that is played, and the command as a person runs it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.cli.agent import KEY, Agent
from tests.plan.plans import EXAMPLE, VARIABLES

Command = Callable[..., Result]


@pytest.fixture
def agent() -> Iterator[Agent]:
    with Agent() as running:
        yield running


@pytest.fixture
def dayzero(agent: Agent) -> Command:
    """Runs the command against the agent, with its key and the sample's variables."""

    def run(*words: str, **variables: str | None) -> Result:
        settings: dict[str, str | None] = {**VARIABLES, "DAYZERO_URL": agent.url, "DAYZERO_KEY": KEY, "DAYZERO_BY": "Lena Lead"}
        result = CliRunner().invoke(app, list(words), env=settings | {"COLUMNS": "200"} | variables)
        assert KEY not in result.output
        return result

    return run


@pytest.fixture
def plan_file(tmp_path: Path) -> str:
    file = tmp_path / "plan.yaml"
    file.write_text(EXAMPLE.read_text())
    return str(file)
