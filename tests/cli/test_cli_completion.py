"""A tab in bash: the script that the command prints is sourced, and asked as bash asks it."""

import os
import shutil
import subprocess

import pytest

from local.processes import ROOT
from tests.cli.agent import KEY, RUN, Agent

BASH = shutil.which("bash")
LIST = "GET /api/migrations"
SCRIPT = """
source <(dayzero --show-completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_dayzero_completion dayzero 2>&1
printf '%s\\n' "${COMPREPLY[@]}"
"""


def tab(*words: str, **variables: str) -> list[str]:
    """What bash offers for the last of these words."""
    assert BASH is not None
    env = {name: value for name, value in os.environ.items() if not name.startswith("DAYZERO_")}
    env |= {"PATH": f"{ROOT}:{env['PATH']}"} | variables
    asked = [BASH, "--norc", "-c", SCRIPT, "bash", "dayzero", *words]
    found = subprocess.run(asked, env=env, capture_output=True, text=True, timeout=60, check=True)
    assert found.stderr == ""
    return found.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("sta",), ["start", "status"]),
        (("ledger", "ex"), ["export"]),
        (("manual", "plan.yaml", "--for"), ["--format"]),
        (("manual", "plan.yaml", "--format", ""), ["markdown", "html", "pdf"]),
        (("approve", RUN, ""), ["sign-off", "open-window", "cutover", "finalize"]),
        (("reject", RUN, "cu"), ["cutover"]),
        (("validate", "pl"), []),
    ],
)
def test_verbs_options_and_gates_are_offered(words: tuple[str, ...], offered: list[str]) -> None:
    assert tab(*words, DAYZERO_URL="http://127.0.0.1:9") == offered


def test_what_is_not_offered_is_completed_as_a_file_name() -> None:
    assert BASH is not None  # the command looks which shell has started it
    asked = [BASH, "--norc", "-c", f"{ROOT}/dayzero --show-completion bash; true"]
    shown = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert "complete -o default -F _dayzero_completion dayzero" in shown


def test_runs_are_offered_from_the_agent(agent: Agent) -> None:
    runs = [{"run": name, "workload": "orders", "state": "running"} for name in (RUN, "orders-0", "shop-7")]
    agent.answers[LIST] = [(200, {"migrations": runs, "next": None})]
    there = {"DAYZERO_URL": agent.url, "DAYZERO_KEY": KEY}
    assert tab("status", "", **there) == [RUN, "orders-0", "shop-7"]
    assert tab("approve", "orders-", **there) == [RUN, "orders-0"]


@pytest.mark.parametrize("key", ["", "another"])
def test_without_an_agent_that_answers_nothing_is_offered_and_nothing_said(agent: Agent, key: str) -> None:
    assert tab("status", "", DAYZERO_URL=agent.url, DAYZERO_KEY=key) == []
    assert tab("status", "", DAYZERO_URL="http://127.0.0.1:9", DAYZERO_KEY=KEY) == []
    assert tab("status", "", DAYZERO_URL="no address", DAYZERO_KEY=KEY) == []
