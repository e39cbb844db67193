"""The command documents itself: help, examples and the page that is made from the code."""

from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from cli.exits import MEANING, Exit
from cli.generate import GENERATED
from cli.main import app
from cli.reference import verbs_of
from tests.cli.conftest import Command

ROOT = Path(__file__).resolve().parents[2]
COMMAND: Any = get_command(app)
VERBS = dict(verbs_of(COMMAND))


def test_all_verbs_are_there() -> None:
    assert list(VERBS) == [
        "init", "validate", "test-notices", "schema", "manual", "sign-off", "translate", "start", "list", "status",
        "approve", "reject", "link", "exceptions", "accept", "pause", "resume", "abort", "promote", "retry", "report",
        "events", "rehearse", "confidence", "failback", "retire", "doctor", "ledger export", "ledger import",
    ]  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_an_example_and_json(dayzero: Command, verb: str) -> None:
    result = dayzero(*verb.split(), "--help")
    assert result.exit_code == 0
    assert f"Example: dayzero {verb} " in result.output
    assert "--json" in result.output
    assert all(parameter.help for parameter in VERBS[verb].params)


@pytest.mark.parametrize("name", GENERATED)
def test_generated_files_are_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == GENERATED[name](), "run `python -m cli.generate`"


def test_every_exit_code_is_explained() -> None:
    page = GENERATED["docs/cli.md"]()
    assert set(MEANING) == set(Exit)
    for code, meaning in MEANING.items():
        assert f"| {int(code)} |" in page
        assert meaning in page


def test_a_wrong_call_is_bad_usage(dayzero: Command) -> None:
    assert dayzero("approve").exit_code == 2
    assert dayzero("fly").exit_code == 2
