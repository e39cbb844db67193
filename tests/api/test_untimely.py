"""Words at the wrong moment: before the gate, twice, late, after the end, at the same time as another's, without a ledger."""

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from durabletask.client import OrchestrationStatus

from api import events, migrations
from api.migrations import start_migration
from approvals.keys import EVENT_KEYS, Keys
from approvals.signatures import signature
from ledger.errors import LedgerUnavailable
from ledger.ledger import Ledger
from ledger.runs import Run
from tests.api.doors import Durable, ask, problem, request
from tests.api.test_control import BEGAN, decide, say, seq_of, waits
from tests.api.test_promote import bakes, promote
from tests.ledger.rows import new_run, write
from tests.plan.plans import data, example

PLAN = example()
KEY = b"e" * 32
Door = Callable[[Durable, Run, str], Any]


def by_event(durable: Durable, run: Run, gate: str) -> Any:
    """The decision as a signed event."""
    told = {"decision": "approve", "by": "Petra Product", "reason": "", "runbook_hash": run.runbook_hash}
    body = json.dumps(told).encode()
    signed = {"dayzero-signature": signature(Keys({"pipeline": KEY}), f"{run.run}/{gate}", body)}
    req = request("POST", f"events/{run.run}/{gate}", body, headers=signed, run=run.run, name=gate)
    return ask(events.signed_event, req, durable)


@pytest.fixture
def run(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv(EVENT_KEYS, f"pipeline:{base64.b64encode(KEY).decode()}")
    return write(ledger, new_run(PLAN))


@pytest.fixture
def durable(run: Run) -> Durable:
    return Durable(living={run.run: OrchestrationStatus.RUNNING})


def before_the_gate(ledger: Ledger, run: Run) -> None:
    waits(ledger, run, "open-window")


def after_the_gate(ledger: Ledger, run: Run) -> None:
    ledger.steps.change(run.run, seq_of(run, "cutover"), state="done", started=BEGAN)


def on_the_way_back(ledger: Ledger, run: Run) -> None:
    waits(ledger, run, "cutover")
    ledger.runs.change(run.workload, run.run, state="failing-back", failing_back=True)


def at_the_end(ledger: Ledger, run: Run) -> None:
    waits(ledger, run, "cutover")
    ledger.runs.change(run.workload, run.run, state="migrated", ended=BEGAN)


@pytest.mark.parametrize("door", [decide, by_event])
@pytest.mark.parametrize("moment", [before_the_gate, after_the_gate, on_the_way_back, at_the_end])
def test_an_approval_at_the_wrong_moment_is_refused_recorded_and_told_to_nobody(
    ledger: Ledger, durable: Durable, run: Run, door: Door, moment: Callable[[Ledger, Run], None]
) -> None:
    moment(ledger, run)
    found = problem(door(durable, run, "cutover"))
    assert (found["status"], bool(found["mend"])) == (409, True)
    assert (ledger.steps.decision(run.run, seq_of(run, "cutover")), durable.raised, durable.started) == (None, [], [])
    assert [event["kind"] for event in ledger.events.of(run.run)] == ["refused"]


@pytest.mark.parametrize("first", [decide, by_event])
@pytest.mark.parametrize("second", [decide, by_event])
def test_an_approval_that_comes_twice_counts_once_on_whatever_ways(
    ledger: Ledger, durable: Durable, run: Run, first: Door, second: Door
) -> None:
    waits(ledger, run, "finalize")
    assert first(durable, run, "finalize").status_code == 202
    assert problem(second(durable, run, "finalize"))["status"] == 409
    assert len(durable.raised) == 1


def test_of_an_abort_and_a_promotion_at_once_the_abort_is_the_last_word(ledger: Ledger) -> None:
    for _ in range(5):
        run = write(ledger, new_run(PLAN))
        bakes(ledger, run)
        durable = Durable(living={run.run: OrchestrationStatus.RUNNING})
        with ThreadPoolExecutor(2) as pool:
            passed, aborted = pool.submit(promote, durable, run), pool.submit(say, durable, run.run, "abort")
        assert (aborted.result().status_code, passed.result().status_code) in {(202, 202), (202, 409)}
        assert ledger.runs.get(run.run).asked == "abort"
        assert problem(promote(durable, run))["title"] == "Nothing to promote", "whoever comes later is told"


def test_of_two_promotions_at_once_one_is_kept(ledger: Ledger, durable: Durable, run: Run) -> None:
    seq = bakes(ledger, run)
    words = [{"by": by, "reason": "quiet"} for by in ("Lena Lead", "Petra Product")]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda word: promote(durable, run, word).status_code, words))
    kept = ledger.promotions.get(run.run, seq)
    assert answers == [202, 202]
    assert kept is not None
    assert [event["who"] for event in ledger.events.of(run.run) if event["kind"] == "control"] == [kept["by"]]


def test_of_two_aborts_at_once_one_is_remembered(ledger: Ledger, durable: Durable, run: Run) -> None:
    words = [{"by": by, "reason": by} for by in ("Lena Lead", "Petra Product")]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda word: say(durable, run.run, "abort", word).status_code, words))
    found = ledger.runs.get(run.run)
    assert answers == [202, 202]
    assert found.asked == "abort"
    assert found.asked_by == found.asked_reason, "one person's word, not a mixture"


@pytest.mark.parametrize("fails", ["open", "write"])
def test_without_the_ledger_nothing_is_started_and_the_same_start_works_later(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    durable, asked = Durable(), {"plan": data() | {"workload": "silent-ledger"}, "run": "silent-ledger-1"}

    def silent(*_: object, **_more: object) -> Any:
        raise LedgerUnavailable("reading runs: no answer")

    with monkeypatch.context() as patch:
        if fails == "open":
            patch.setattr(migrations, "open_ledger", silent)
        else:
            patch.setattr(type(ledger.steps), "plan", silent)
        found = problem(ask(start_migration, request("POST", "migrations", asked), durable))
        assert (found["status"], found["title"]) == (503, "Ledger unreachable")
    assert durable.started == []
    assert ask(start_migration, request("POST", "migrations", asked), durable).status_code == 202
    assert [one["id"] for one in durable.started] == ["silent-ledger-1"]
    ledger.locks.release("silent-ledger", "silent-ledger-1")
