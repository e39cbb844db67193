"""Runs, locks and events: one live run a workload, one row a run, a log that only grows."""

import os
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.core.credentials import AccessToken

from ledger.errors import LedgerRefused, LedgerUnavailable, RunUnknown, WorkloadBusy
from ledger.ledger import Ledger, open_ledger
from ledger.status import status
from ledger.storage import Row, Storage
from local.processes import free_port
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

PLAN = example()


def test_of_two_that_take_a_workload_at_once_one_wins(ledger: Ledger) -> None:
    for _ in range(5):
        workload, runs = f"w-{secrets.token_hex(4)}", [f"run-{i}" for i in range(4)]

        def take(run: str, workload: str = workload) -> bool:
            try:
                ledger.locks.take(workload, run)
            except WorkloadBusy:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            won = list(pool.map(take, runs))
        assert won.count(True) == 1
        assert ledger.locks.holder(workload) == runs[won.index(True)]


def test_a_lock_ends_with_its_run_only(ledger: Ledger) -> None:
    workload = f"w-{secrets.token_hex(4)}"
    ledger.locks.take(workload, "first")
    ledger.locks.take(workload, "first")
    with pytest.raises(WorkloadBusy, match="first"):
        ledger.locks.take(workload, "second")
    ledger.locks.release(workload, "second")
    assert ledger.locks.holder(workload) == "first"
    ledger.locks.release(workload, "first")
    ledger.locks.release(workload, "first")
    assert (ledger.locks.holder(workload), ledger.locks.since(workload)) == (None, None)
    ledger.locks.take(workload, "second")
    assert ledger.locks.since(workload)


def test_a_run_is_written_once(ledger: Ledger) -> None:
    run = new_run(PLAN)
    assert ledger.runs.create(run)
    assert not ledger.runs.create(new_run(PLAN, run=run.run, workload=run.workload, why="another"))
    assert ledger.runs.get(run.run) == run


def test_a_change_of_a_run_is_read_afresh(ledger: Ledger) -> None:
    run = write(ledger, new_run(PLAN))
    ledger.runs.change(run.workload, run.run, state="failed-back", ended="2026-11-23T02:00:00+00:00", asked="abort")
    found = ledger.runs.get(run.run)
    assert (found.state, found.alive, found.ended) == ("failed-back", False, "2026-11-23T02:00:00+00:00")
    assert ledger.runs.asked(run.workload, run.run) == "abort"
    assert found.plan == run.plan
    ledger.runs.change(run.workload, run.run, ended="")
    assert ledger.runs.get(run.run).ended is None


def test_an_abort_between_the_look_and_the_word_is_not_overwritten(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    run, look = write(ledger, new_run(PLAN)), Storage.get

    def and_then_somebody_aborts(storage: Storage, *row: str) -> Row | None:
        seen = look(storage, *row)
        monkeypatch.undo()
        ledger.runs.ask(run.workload, run.run, "abort", "Lena Lead", "complaints")
        return seen

    monkeypatch.setattr(Storage, "get", and_then_somebody_aborts)
    ledger.runs.ask(run.workload, run.run, "pause", "Petra Product", "lunch")
    found = ledger.runs.get(run.run)
    assert (found.asked, found.asked_by, found.asked_reason) == ("abort", "Lena Lead", "complaints")


def test_runs_are_listed_newest_first(ledger: Ledger) -> None:
    old = new_run(PLAN, started="2026-11-22T00:00:00+00:00")
    new = new_run(PLAN, workload=old.workload, started="2026-11-23T00:00:00+00:00")
    assert ledger.runs.create(old)
    assert ledger.runs.create(new)
    assert [run.run for run in ledger.runs.list(old.workload)] == [new.run, old.run]
    assert {old.run, new.run} <= {run.run for run in ledger.runs.list()}


def test_a_run_that_is_not_there_is_unknown(ledger: Ledger) -> None:
    with pytest.raises(RunUnknown, match="no-such-run"):
        ledger.runs.get("no-such-run' or RowKey ne '")


def test_the_log_grows_in_order_and_keyed_events_come_once(ledger: Ledger) -> None:
    run = f"run-{secrets.token_hex(4)}"
    ledger.events.append(run, "started", "It was started.", key="started")
    for n in range(5):
        ledger.events.append(run, "note", f"note {n}", who="Lena Lead", detail={"n": n, "long": "x" * 40_000 * (n == 4)})
    assert not ledger.events.known(run, "ended")
    ledger.events.append(run, "started", "It was started again.", key="started")
    found = ledger.events.of(run)
    assert [event["text"] for event in found] == ["It was started.", *(f"note {n}" for n in range(5))]
    assert [event["who"] for event in found] == ["dayzero", *["Lena Lead"] * 5]
    assert len(found[-1]["detail"]["long"]) == 40_000
    assert ledger.events.known(run, "started")
    assert all(event["at"].endswith("+00:00") for event in found)


def test_the_status_of_a_fresh_run_names_every_line(ledger: Ledger) -> None:
    run = write(ledger, new_run(PLAN))
    found = status(ledger, run, {"status": "here"})
    assert [line["name"] for line in found["steps"]] == [line["name"] for line in run.runbook]
    assert (found["weight"], found["downtime_seconds"], found["window"], found["waiting_for"]) == (0, None, None, None)
    half_born = new_run(PLAN)
    assert {line["state"] for line in status(ledger, half_born, {})["steps"]} == {"planned"}


class _Nobody:
    """A credential that is never asked, since nothing answers."""

    def get_token(self, *_scopes: str, **_more: object) -> AccessToken:
        return AccessToken("none", 4_000_000_000)


def test_storage_that_does_not_answer_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)  # between the retries of the SDKs
    nowhere = f"https://127.0.0.1:{free_port()}/account"
    storage = Storage(nowhere, nowhere, _Nobody())
    for call in (
        storage.prepare,
        lambda: storage.get("runs", "a", "b"),
        lambda: storage.create("runs", {"PartitionKey": "a", "RowKey": "b"}),
        lambda: storage.partition("runs", "a"),
        lambda: storage.write("a", "b"),
    ):
        with pytest.raises(LedgerUnavailable) as silent:
            call()
        assert not isinstance(silent.value, LedgerRefused)


def test_storage_that_refuses_is_told_apart_and_its_text_is_not_passed_on(ledger: Ledger) -> None:
    """An identity of somewhere else, and a value that no table takes: both are answers, not silence."""
    tables, blobs = os.environ["DAYZERO_LEDGER_TABLES"], os.environ["DAYZERO_LEDGER_BLOBS"]
    stranger = Storage(tables, blobs, _Nobody())
    with pytest.raises(LedgerRefused, match=r"refused with 40[13]"):
        stranger.get("runs", "a", "b")
    with pytest.raises(LedgerRefused, match="refused with 4") as refused:
        ledger.runs.change("w", "run", why="hunter2" * 20_000)
    assert "hunter2" not in str(refused.value)


def test_a_ledger_without_an_address_says_which_settings_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAYZERO_LEDGER_BLOBS", raising=False)
    monkeypatch.delenv("DAYZERO_LEDGER_TABLES", raising=False)
    with pytest.raises(RuntimeError, match="DAYZERO_LEDGER_TABLES and DAYZERO_LEDGER_BLOBS"):
        open_ledger.__wrapped__()
