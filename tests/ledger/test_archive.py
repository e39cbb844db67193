"""A run leaves its storage account and comes into another, whole; what was changed on the way is not taken."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from azure.identity import DefaultAzureCredential
from typer.testing import CliRunner, Result

from cli.main import app
from ledger.archive import NotImported
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.storage import Storage
from local.azurite import SAMPLE_ACCOUNT
from local.environment import Environment
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

BEGAN = "2026-11-23T02:00:00+00:00"
LONG = {"keys": [f"order-{number:08}" for number in range(8000)]}


@pytest.fixture(scope="module")
def other(environment: Environment) -> Ledger:
    """The ledger of another storage account, empty."""
    ends = environment.endpoints
    urls = (f"{ends.tables}/{SAMPLE_ACCOUNT}", f"{ends.blobs}/{SAMPLE_ACCOUNT}")
    return Ledger(Storage(*urls, DefaultAzureCredential()))


@pytest.fixture
def run(ledger: Ledger) -> Run:
    """A run in its middle, with a value too long for a row, a decision and an event."""
    run = write(ledger, new_run(example()))
    for seq in (1, 2):
        ledger.steps.change(run.run, seq, state="done", started=BEGAN, evidence=LONG if seq == 1 else {"seen": 1})
    ledger.steps.keep_before(run.run, 2, {"weight": 0})
    ledger.steps.decide(run.run, 12, {"decision": "approve", "by": "Lena Lead", "reason": ""})
    ledger.events.append(run.run, "note", "Something happened.", who="Lena Lead", detail=LONG)
    return run


def test_a_run_is_the_same_in_another_account(ledger: Ledger, other: Ledger, run: Run) -> None:
    document = json.loads(json.dumps(ledger.archive.take_out(run.workload, run.run)))
    assert other.archive.bring_in(document)
    assert other.steps.all(run.run) == ledger.steps.all(run.run)
    assert other.steps.before(run.run, 2) == {"weight": 0}
    assert other.steps.decision(run.run, 12) == ledger.steps.decision(run.run, 12)
    assert other.events.of(run.run) == ledger.events.of(run.run)
    assert other.runs.get(run.run) == replace(ledger.runs.get(run.run), holder="imported")
    assert not other.archive.bring_in(document), "twice is once"


def test_half_an_import_is_finished_by_the_next(
    ledger: Ledger, other: Ledger, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, create = ledger.archive.take_out(run.workload, run.run), Storage.create

    def cut(self: Storage, table: str, row: dict[str, Any]) -> None:
        if table == "events":
            raise KeyboardInterrupt
        create(self, table, row)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Storage, "create", cut)
        other.archive.bring_in(document)
    assert run.run not in {one.run for one in other.runs.list()}
    assert other.archive.bring_in(document)
    assert other.events.of(run.run) == ledger.events.of(run.run)


def test_a_document_that_was_changed_is_not_taken(ledger: Ledger, other: Ledger, run: Run) -> None:
    document = ledger.archive.take_out(run.workload, run.run)
    document["rows"]["steps"][0]["state"] = "undone"
    with pytest.raises(NotImported, match="its hash differs"):
        other.archive.bring_in(document)
    with pytest.raises(NotImported, match="no run that was exported"):
        other.archive.bring_in({"format": "something"})
    assert run.run not in {one.run for one in other.runs.list()}


def test_a_run_is_not_written_over(ledger: Ledger, run: Run) -> None:
    document = ledger.archive.take_out(run.workload, run.run)
    with pytest.raises(NotImported, match="has a run"):
        ledger.archive.bring_in(document)


def test_after_the_loss_of_the_account_the_run_is_brought_back_from_the_file(
    ledger: Ledger, other: Ledger, run: Run, environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dayzero(*words: str) -> Result:
        return CliRunner().invoke(app, list(words), env={"DAYZERO_BY": "Lena Lead"})

    file = str(tmp_path / "run.json")
    exported = json.loads(dayzero("ledger", "export", run.run, "--to", file, "--json").output)
    assert exported["sha256"] == json.loads(Path(file).read_text())["sha256"]
    monkeypatch.setattr("ledger.ledger.open_ledger", lambda: other)
    monkeypatch.setattr("activities.context.open_ledger", lambda: other)
    assert dayzero("ledger", "import", file).exit_code == 0
    assert "imported before" in dayzero("ledger", "import", file).output
    assert other.events.of(run.run)[-1]["who"] == "Lena Lead"
    ended = dayzero("failback", "--from-ledger", run.run, "--reason", "the ledger's account is gone")
    assert ended.exit_code == 5, "the snapshot of this small run is not of this source"
    assert [row.state for row in other.steps.all(run.run)][:2] == ["undone", "undone"]
    assert [row.state for row in ledger.steps.all(run.run)][:2] == ["done", "done"]
    Path(file).write_text("[]")
    assert dayzero("ledger", "import", file).exit_code == 2
    assert dayzero("ledger", "export", "no-such-run", "--to", file).exit_code == 1
