"""`dayzero doctor`: one line a check with what to do next, and an exit code that says what failed first."""

import json
from pathlib import Path

import pytest

from adapters import checkup
from adapters.errors import Denied
from cli import checkups
from ledger.storage import Storage
from tests.cli.agent import Agent
from tests.cli.conftest import Command
from tests.plan.plans import data

ACCOUNT = data()["source"]["account"]
LEDGER = {
    "DAYZERO_LEDGER_TABLES": "https://l.table.core.windows.net",
    "DAYZERO_LEDGER_BLOBS": "https://l.blob.core.windows.net",
}


def deny(*_: object) -> str:
    raise Denied("nobody is signed in", "Sign in.")


@pytest.fixture(autouse=True)
def _all_well(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    agent.answers["GET /api/openapi.json"] = [(200, {"info": {"version": checkups.own_version()}})]
    monkeypatch.setattr(checkup, "aws_account", lambda _: ACCOUNT)
    monkeypatch.setattr(checkup, "azure_signed_in", lambda _: None)
    monkeypatch.setattr(checkup, "aws_lacks", lambda _: [])
    monkeypatch.setattr(checkup, "azure_lacks", lambda *_: [])
    for name in LEDGER:
        monkeypatch.delenv(name, raising=False)


def states(dayzero: Command, *words: str, **variables: str | None) -> tuple[int, dict[str, str]]:
    result = dayzero("doctor", "--json", *words, **variables)
    return result.exit_code, {check["name"]: check["state"] for check in json.loads(result.stdout)["checks"]}


def test_all_is_well(dayzero: Command) -> None:
    result = dayzero("doctor")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()] == ["ok"] * 6 + ["skipped"]
    assert "What to do" not in result.output


def test_an_agent_that_does_not_answer_ends_with_4(dayzero: Command) -> None:
    code, found = states(dayzero, DAYZERO_URL="http://127.0.0.1:9")
    assert (code, found["agent"], found["key"], found["aws"]) == (4, "failed", "skipped", "ok")


def test_a_refused_key_ends_with_3(dayzero: Command, agent: Agent) -> None:
    agent.answers["GET /api/openapi.json"] = [(401, {})]
    result = dayzero("doctor")
    assert result.exit_code == 3
    assert "ok      agent" in result.output
    assert "FAILED  key" in result.output
    assert "What to do: Give the app's function key" in result.output


def test_another_version_is_a_warning(dayzero: Command, agent: Agent) -> None:
    agent.answers["GET /api/openapi.json"] = [(200, {"info": {"version": "99.0"}})]
    result = dayzero("doctor")
    assert (result.exit_code, "warning versions: the agent runs 99.0" in result.output) == (0, True)
    assert dayzero("doctor", "--strict").exit_code == 1


def test_missing_credentials_are_a_warning_unless_strict(dayzero: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "aws_account", deny)
    monkeypatch.setattr(checkup, "azure_signed_in", deny)
    code, found = states(dayzero)
    assert (code, found["aws"], found["azure"]) == (0, "warning", "warning")
    assert states(dayzero, "--strict")[0] == 1
    told = dayzero("doctor").output
    assert all(f"What to do: Sign in with `{command}`" in told for command in ("aws sso login", "az login"))


def test_a_plan_adds_accounts_and_permissions(dayzero: Command, plan_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    code, found = states(dayzero, "--plan", plan_file)
    assert (code, found["aws permissions"], found["azure permissions"]) == (0, "ok", "ok")
    monkeypatch.setattr(checkup, "aws_account", lambda _: "999999999999")
    monkeypatch.setattr(checkup, "aws_lacks", lambda _: [f"lambda:Do{number} on it" for number in range(7)])
    result = dayzero("doctor", "--plan", plan_file)
    assert f"signed in to 999999999999, the plan is about {ACCOUNT}" in result.output
    assert "lambda:Do4 on it; and 2 more" in result.output
    assert "infra/aws-role.yaml" in result.output


def test_a_plan_with_problems_is_bad_usage(dayzero: Command, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("version: 1")
    assert dayzero("doctor", "--plan", str(tmp_path / "bad.yaml")).exit_code == 2


def test_the_ledger_is_looked_at_if_its_settings_are_there(dayzero: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    half = dayzero("doctor", DAYZERO_LEDGER_TABLES=LEDGER["DAYZERO_LEDGER_TABLES"])
    assert (half.exit_code, "Set DAYZERO_LEDGER_BLOBS" in half.output) == (2, True)
    monkeypatch.setattr(Storage, "partition", lambda *_: [])
    whole = dayzero("doctor", **LEDGER)
    assert (whole.exit_code, "ok      ledger: https://l.table.core.windows.net" in whole.output) == (0, True)
