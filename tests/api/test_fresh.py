"""Documents that many ask for: one reading at a time, kept for a moment only, and 304 for who has it."""

import asyncio
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api import migrations
from api.fresh import KEPT_SECONDS, Kept, Sheet, forget
from ledger.errors import LedgerUnavailable
from ledger.ledger import Ledger
from ledger.runs import Run
from tests.api.doors import ask, problem, read, request
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

BEGAN = "2026-11-23T02:00:00.000+00:00"


class Reader:
    """A reading that takes until it is let go, and counts."""

    def __init__(self) -> None:
        self.count, self.go = 0, threading.Event()

    def __call__(self) -> Sheet:
        self.count += 1
        assert self.go.wait(10)
        return Sheet(b"%d" % self.count, f'"{self.count}"')


@pytest.fixture
def run(ledger: Ledger) -> Run:
    return write(ledger, new_run(example()))


def status(run: str, etag: str | None = None) -> Any:
    headers = {"If-None-Match": etag} if etag else {}
    return ask(migrations.migration_status, request("GET", f"migrations/{run}", run=run, headers=headers))


def test_hundreds_who_ask_at_once_cost_one_reading() -> None:
    kept, reader = Kept(60), Reader()
    futures = [kept.ask(("status",), reader) for _ in range(500)]
    reader.go.set()
    assert {future.result().body for future in futures} == {b"1"}
    assert kept.ask(("status",), reader).result().body == b"1"
    assert reader.count == 1


def test_one_who_leaves_does_not_end_the_reading_for_the_others() -> None:
    kept, reader = Kept(60), Reader()

    async def leave_and_stay() -> bytes:
        waiting = [asyncio.shield(asyncio.wrap_future(kept.ask(("status",), reader))) for _ in range(2)]
        waiting[0].cancel()
        reader.go.set()
        return (await waiting[1]).body

    assert asyncio.run(leave_and_stay()) == b"1"


def test_what_is_kept_is_never_older_than_half_a_second() -> None:
    assert KEPT_SECONDS <= 0.5
    kept, reader = Kept(0.05), Reader()
    reader.go.set()
    assert kept.ask(("status",), reader).result().body == b"1"
    deadline = time.monotonic() + 5
    while kept.ask(("status",), reader).result().body == b"1":
        assert time.monotonic() < deadline


def test_another_document_and_a_written_ledger_are_read_anew() -> None:
    kept, reader = Kept(60), Reader()
    reader.go.set()
    kept.ask(("status", "a"), reader).result()
    kept.ask(("status", "b"), reader).result()
    kept.forget()
    kept.ask(("status", "a"), reader).result()
    assert reader.count == 3


def test_a_failed_reading_is_told_to_all_who_wait_and_not_kept() -> None:
    kept, go = Kept(60), threading.Event()

    def broken() -> Sheet:
        go.wait(10)
        raise LedgerUnavailable("reading runs: no answer")

    futures = [kept.ask(("status",), broken) for _ in range(3)]
    go.set()
    for future in futures:
        with pytest.raises(LedgerUnavailable):
            future.result()
    assert kept.ask(("status",), lambda: Sheet(b"well", '"1"')).result().body == b"well"


def test_a_status_is_304_until_the_ledger_changes_whatever_the_clock_says(ledger: Ledger, run: Run) -> None:
    seq = next(line["seq"] for line in run.runbook if line["name"] == "quiesce_source")
    ledger.steps.change(run.run, seq, state="running", started=BEGAN)
    forget()
    first = status(run.run)
    forget()
    again = status(run.run)
    assert read(first)["downtime_runs"]
    assert first.get_body() != again.get_body() or read(first)["downtime_seconds"] == read(again)["downtime_seconds"]
    assert first.headers["ETag"] == again.headers["ETag"]
    kept = status(run.run, first.headers["ETag"])
    assert (kept.status_code, kept.get_body()) == (304, b"")
    assert status(run.run, f'"other", {first.headers["ETag"]}').status_code == 304
    ledger.steps.change(run.run, seq, state="done", ended=BEGAN)
    forget()
    assert status(run.run, first.headers["ETag"]).status_code == 200


def test_the_list_and_the_events_have_etags_too(ledger: Ledger, run: Run) -> None:
    forget()
    for door in (migrations.list_migrations, migrations.migration_events):
        path = f"migrations?workload={run.workload}"
        first = ask(door, request("GET", path, run=run.run))
        known = {"If-None-Match": first.headers["ETag"]}
        assert ask(door, request("GET", path, headers=known, run=run.run)).status_code == 304
        ledger.events.append(run.run, "note", "something")
        ledger.runs.change(run.workload, run.run, state="paused")
        forget()
        assert ask(door, request("GET", path, headers=known, run=run.run)).status_code == 200


def test_a_run_that_is_not_there_is_found_as_soon_as_it_is(ledger: Ledger) -> None:
    later = new_run(example())
    assert problem(status(later.run))["status"] == 404
    write(ledger, later)
    assert status(later.run).status_code == 200


def test_five_hundred_statuses_at_once_read_the_ledger_once(ledger: Ledger, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    get = ledger.runs.get

    def counting(name: str) -> Run:
        counted.append(name)
        return get(name)

    monkeypatch.setattr(ledger.runs, "get", counting)
    forget()
    with ThreadPoolExecutor(50) as pool:
        bodies = {status["run"] for status in pool.map(lambda _: json.loads(ask_status(run.run)), range(500))}
    assert bodies == {run.run}
    assert len(counted) <= 1 + 2 * 10, "two readings a second at most, and this takes less than ten"


def ask_status(run: str) -> bytes:
    body: bytes = status(run).get_body()
    return body
