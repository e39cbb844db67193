"""The manual in its formats: what is asked of the agent, and a browser that prints, found on the PATH or missed."""

import os
import stat
from pathlib import Path

import pytest

from tests.cli.agent import Agent
from tests.cli.conftest import Command

PAGE = "<!doctype html><title>Manual</title>"
PRINTS = """#!/bin/sh
for word in "$@"; do
    case "$word" in --print-to-pdf=*) made=${word#--print-to-pdf=};; file://*) page=${word#file://};; esac
done
{ printf '%%PDF-'; cat "$page"; } > "$made"
"""


def browser(folder: Path, script: str) -> str:
    """A PATH on which a browser of that behaviour comes first."""
    file = folder / "chromium"
    file.write_text(script)
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(autouse=True)
def _page(agent: Agent) -> None:
    agent.answers["POST /api/plans/manual"] = [(200, PAGE)]


def test_a_page_is_asked_for_and_kept(dayzero: Command, agent: Agent, plan_file: str, tmp_path: Path) -> None:
    assert dayzero("manual", plan_file, "--format", "html", "-o", str(tmp_path / "m.html")).exit_code == 0
    assert (tmp_path / "m.html").read_text().startswith(PAGE)
    assert agent.asked[0].query == "format=html"


def test_a_browser_prints_the_page(dayzero: Command, plan_file: str, tmp_path: Path) -> None:
    path = browser(tmp_path, PRINTS)
    result = dayzero("manual", plan_file, "--format", "pdf", "-o", str(tmp_path / "m.pdf"), PATH=path)
    assert result.exit_code == 0
    assert (tmp_path / "m.pdf").read_text() == f"%PDF-{PAGE}"


def test_a_browser_that_fails_is_told(dayzero: Command, plan_file: str, tmp_path: Path) -> None:
    path = browser(tmp_path, "#!/bin/sh\nexit 7\n")
    result = dayzero("manual", plan_file, "--format", "pdf", "-o", str(tmp_path / "m.pdf"), PATH=path)
    assert (result.exit_code, "exit code 7" in result.stderr, "--format html" in result.stderr) == (1, True, True)
    assert not (tmp_path / "m.pdf").exists()


def test_without_a_browser_it_says_what_to_do(dayzero: Command, plan_file: str, tmp_path: Path) -> None:
    result = dayzero("manual", plan_file, "--format", "pdf", "-o", str(tmp_path / "m.pdf"), PATH=str(tmp_path))
    assert (result.exit_code, "Install Chromium" in result.stderr) == (2, True)


def test_a_pdf_needs_a_file(dayzero: Command, agent: Agent, plan_file: str) -> None:
    assert dayzero("manual", plan_file, "--format", "pdf").exit_code == 2
    assert agent.asked == []
