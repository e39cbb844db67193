"""A bake is ended early by a person's word: kept first, of the line that runs now only, and an abort wins over it."""

from typing import Any

import pytest
from durabletask.client import OrchestrationStatus

from api import control
from ledger.ledger import Ledger
from ledger.runs import Run
from tests.api.doors import Durable, ask, problem, read, request
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

LEAD = {"by": "Lena Lead", "reason": "quiet at night"}


@pytest.fixture
def run(ledger: Ledger) -> Run:
    return write(ledger, new_run(example()))


@pytest.fixture
def durable(run: Run) -> Durable:
    return Durable(living={run.run: OrchestrationStatus.RUNNING})


def promote(durable: Durable, run: Run, body: Any = LEAD) -> Any:
    return ask(control.promote, request("POST", f"migrations/{run.run}/promote", body, run=run.run), durable)


def bakes(ledger: Ledger, run: Run, state: str = "waiting") -> int:
    seq = next(int(line["seq"]) for line in run.runbook if line["name"] == "bake")
    ledger.steps.change(run.run, seq, state=state, started="2026-11-23T02:00:00+00:00")
    return seq


def test_the_word_is_in_the_ledger_before_the_run_is_woken_up(ledger: Ledger, durable: Durable, run: Run) -> None:
    seq = bakes(ledger, run)
    durable.broken = True
    assert problem(promote(durable, run))["status"] == 500
    found = ledger.promotions.get(run.run, seq)
    assert found is not None and (found["by"], found["reason"]) == ("Lena Lead", "quiet at night")
    durable.broken = False
    answer = promote(durable, run, {"by": "Petra Product", "reason": "again"})
    said = {"run": run.run, "action": "promote", "by": "Petra Product", "step": "bake"}
    assert (answer.status_code, read(answer)) == (202, said)
    assert durable.raised[-1][1:] == ("control", {"action": "promote", "by": "Petra Product", "reason": "again"})
    assert ledger.promotions.get(run.run, seq) == found, "the first word stands"
    assert [event["who"] for event in ledger.events.of(run.run) if "promote" in event["text"]] == ["Lena Lead"]


def test_a_line_that_does_not_watch_is_not_promoted(ledger: Ledger, durable: Durable, run: Run) -> None:
    other = next(int(line["seq"]) for line in run.runbook if line["name"] == "drain_source")
    ledger.steps.change(run.run, other, state="waiting", started="2026-11-23T02:00:00+00:00")
    bakes(ledger, run, "done")
    assert problem(promote(durable, run))["title"] == "Nothing to promote"
    assert durable.raised == []


def test_an_abort_wins(ledger: Ledger, durable: Durable, run: Run) -> None:
    seq = bakes(ledger, run)
    ledger.runs.ask(run.workload, run.run, "abort", "Petra Product", "complaints")
    assert problem(promote(durable, run))["title"] == "Nothing to promote"
    ledger.runs.change(run.workload, run.run, failing_back=True)
    assert problem(promote(durable, run))["title"] == "Run goes back"
    assert ledger.promotions.get(run.run, seq) is None


def test_it_needs_a_reason(ledger: Ledger, durable: Durable, run: Run) -> None:
    bakes(ledger, run)
    assert problem(promote(durable, run, {"by": "Lena Lead"}))["status"] == 400
