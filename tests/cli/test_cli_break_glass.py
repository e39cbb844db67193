"""Break-glass as a person runs it, over a real ledger: what is printed, and how it exits."""

import json

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from ledger.ledger import Ledger, open_ledger
from ledger.runs import Run
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

BEGAN = "2026-11-23T02:00:00+00:00"


@pytest.fixture
def run(ledger: Ledger) -> Run:
    """A run that waits for a person, with lines that had begun and had not acted."""
    run = write(ledger, new_run(example()))
    ledger.runs.change(run.workload, run.run, state="needs-operator")
    for seq in (1, 2):
        ledger.steps.change(run.run, seq, state="running", started=BEGAN)
    return run


def dayzero(*words: str) -> Result:
    return CliRunner().invoke(app, ["failback", "--from-ledger", *words], env={"DAYZERO_BY": "Lena Lead", "COLUMNS": "200"})


def test_a_dry_run_shows_every_line_and_changes_nothing(ledger: Ledger, run: Run) -> None:
    before = ledger.steps.all(run.run)
    ledger.steps.keep_before(run.run, 2, {"weights": {"aws": 100}})
    shown = dayzero(run.run, "--dry-run")
    assert shown.exit_code == 0
    assert "2 lines would be undone" in shown.output
    assert shown.output.index("2 snapshot_source") < shown.output.index("1 confirm_prerequisites")
    assert "restores: {'weights': {'aws': 100}}" in shown.output
    assert "by hand:  As in a run." in shown.output
    found = json.loads(dayzero(run.run, "--dry-run", "--json").output)
    assert [line["seq"] for line in found["lines"]] == [2, 1]
    assert ledger.steps.all(run.run) == before


def test_a_run_comes_back_line_by_line(ledger: Ledger, run: Run) -> None:
    told = dayzero(run.run, "--reason", "the agent is gone")
    assert told.exit_code == 0, told.output
    assert "step 2 snapshot_source: undone" in told.output
    assert "ended failed-back: failed back by hand by Lena Lead (the agent is gone)" in told.output
    assert ledger.runs.get(run.run).state == "failed-back"
    again = dayzero(run.run, "--json")
    assert again.exit_code == 1
    assert "has failed back already" in json.loads(again.output)["error"]


def test_for_programs_every_change_is_a_line(run: Run) -> None:
    lines = [json.loads(line) for line in dayzero(run.run, "--json").output.splitlines()]
    assert lines[0] == {"line": 2, "name": "snapshot_source", "state": "undoing", "text": ""}
    assert lines[-1]["outcome"] == "failed-back"


def test_what_is_left_over_shows_in_the_exit_code(ledger: Ledger, run: Run) -> None:
    seq = next(line["seq"] for line in run.runbook if line["name"] == "switch_traffic")
    ledger.steps.change(run.run, seq, state="done", started=BEGAN)
    ledger.steps.keep_before(run.run, seq, {"weight": 0})  # there is no such zone: it cannot be undone
    ended = dayzero(run.run)
    assert ended.exit_code == 5, ended.output
    assert "ended needs-operator" in ended.output


def test_a_living_orchestration_is_not_robbed(ledger: Ledger, run: Run) -> None:
    ledger.runs.change(run.workload, run.run, state="waiting")
    refused = dayzero(run.run)
    assert refused.exit_code == 1
    assert "may be alive" in refused.output
    assert dayzero(run.run, "--force").exit_code == 2, "force needs a reason"
    assert dayzero("no-such-run").exit_code == 1


def test_without_a_ledger_it_says_which_settings_are_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAYZERO_LEDGER_TABLES")
    monkeypatch.setattr("ledger.ledger.open_ledger", open_ledger.__wrapped__)  # as in a fresh process
    lost = dayzero(run.run)
    assert lost.exit_code == 2
    assert "Set DAYZERO_LEDGER_TABLES" in lost.output
