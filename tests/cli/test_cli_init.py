"""`dayzero init`: a plan to begin with, which validate accepts once it has values; no file is lost."""

import json
from pathlib import Path

import pytest

from plan.scaffold import scaffold
from tests.cli.agent import Agent
from tests.cli.conftest import Command
from tests.plan.test_scaffold import FILLED


@pytest.mark.parametrize("strategy", ["planned-downtime", "zero-downtime", "minimized-downtime"])
def test_what_it_writes_is_valid_with_values(dayzero: Command, agent: Agent, tmp_path: Path, strategy: str) -> None:
    file = str(tmp_path / "new.yaml")
    written = dayzero("init", file, "--workload", "shop", "--strategy", strategy)
    assert written.exit_code == 0
    assert "AWS_ACCOUNT" in written.output
    checked = dayzero("validate", file, "--json", **FILLED)
    assert (checked.exit_code, json.loads(checked.stdout)["strategy"]) == (0, strategy)
    assert agent.asked == []


def test_a_file_that_is_there_is_not_written_over(dayzero: Command, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text("mine")
    refused = dayzero("init", str(file))
    assert (refused.exit_code, file.read_text(), "--force" in refused.stderr) == (2, "mine", True)
    assert dayzero("init", str(file), "--force").exit_code == 0
    assert file.read_text() == scaffold("orders", "planned-downtime")


def test_standard_output_and_json(dayzero: Command) -> None:
    assert dayzero("init", "-").stdout == scaffold("orders", "planned-downtime")
    found = json.loads(dayzero("init", "-", "--json").stdout)
    assert set(found["variables"]) == FILLED.keys()
    assert found["plan"] == scaffold("orders", "planned-downtime")


@pytest.mark.parametrize("words", [("--workload", "My Shop"), ("--strategy", "big-bang")])
def test_a_wrong_word_is_bad_usage(dayzero: Command, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert dayzero("init", str(tmp_path / "plan.yaml"), *words).exit_code == 2
    assert not (tmp_path / "plan.yaml").exists()
