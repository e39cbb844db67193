"""Decisions: who may, when, about which runbook; every refusal leaves a trace, and a decision is taken once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from approvals.approvers import Person
from approvals.decide import Standing, Word, decide
from approvals.errors import NotAllowed
from ledger.ledger import Ledger
from ledger.runs import Run
from plan.people import Channel
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

PLAN = example()


@pytest.fixture
def run(ledger: Ledger) -> Run:
    """A run that waits at the gate `cutover`."""
    run = write(ledger, new_run(PLAN))
    ledger.steps.change(run.run, seq_of(run, "cutover"), state="waiting", started="2026-11-23T02:00:00+00:00")
    return run


def seq_of(run: Run, gate: str) -> int:
    return next(int(line["seq"]) for line in run.runbook if line["name"] == gate)


def say(ledger: Ledger, run: Run, **changes: str) -> Standing:
    """Petra approves the cutover by key, unless said otherwise."""
    asked: dict[str, Any] = {"gate": "cutover", "decision": "approve", "reason": "", "runbook_hash": run.runbook_hash} | changes
    by, channel = asked.pop("by", "Petra Product"), asked.pop("channel", "key")
    return decide(ledger, run, Word(**asked), Person(by, cast(Channel, channel)))


def test_an_approver_approves_the_gate_that_waits(ledger: Ledger, run: Run) -> None:
    say(ledger, run, reason="all is well")
    decision = ledger.steps.decision(run.run, seq_of(run, "cutover"))
    assert decision is not None
    assert (decision["decision"], decision["by"], decision["reason"]) == ("approve", "Petra Product", "all is well")
    (event,) = ledger.events.of(run.run)
    assert (event["kind"], event["who"], event["text"]) == ("decision", "Petra Product", "Gate cutover: approve (all is well)")
    assert event["detail"] == {"gate": "cutover", "channel": "key", "runbook": run.runbook_hash}


def test_a_rejection_with_its_reason(ledger: Ledger, run: Run) -> None:
    say(ledger, run, decision="reject", reason="not tonight")
    decision = ledger.steps.decision(run.run, seq_of(run, "cutover"))
    assert decision is not None
    assert decision["decision"] == "reject"


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"by": "Quinn Test"}, 403, "Quinn Test"),
        ({"by": ""}, 403, "may not decide"),
        ({"decision": "maybe"}, 400, "no decision"),
        ({"decision": "reject"}, 400, "needs a reason"),
        ({"runbook_hash": "0" * 64}, 409, "another runbook"),
        ({"runbook_hash": ""}, 409, "another runbook"),
        ({"runbook_hash": "ünüsüal"}, 409, "another runbook"),
        ({"gate": "open-window"}, 409, "not open yet"),
        ({"gate": "back-door"}, 404, "no gate"),
        ({"gate": "bake"}, 404, "no gate"),
    ],
)
def test_a_refusal_is_recorded_and_decides_nothing(
    ledger: Ledger, run: Run, changes: dict[str, str], status: int, message: str
) -> None:
    with pytest.raises(NotAllowed, match=message) as refused:
        say(ledger, run, **changes)
    assert refused.value.status == status
    assert refused.value.mend
    assert all(ledger.steps.decision(run.run, line["seq"]) is None for line in run.runbook if line["kind"] == "gate")
    (event,) = ledger.events.of(run.run)
    assert (event["kind"], event["who"]) == ("refused", changes.get("by", "Petra Product") or "unknown")


def test_of_two_decisions_at_once_one_counts(ledger: Ledger, run: Run) -> None:
    def one(decision: str) -> bool:
        try:
            say(ledger, run, decision=decision, reason="mine")
        except NotAllowed as refused:
            assert refused.status == 409
            return False
        return True

    with ThreadPoolExecutor(3) as pool:
        counted = list(pool.map(one, ["approve", "reject", "approve"]))
    assert counted.count(True) == 1
    kinds = sorted(event["kind"] for event in ledger.events.of(run.run))
    assert kinds == ["decision", "refused", "refused"]


@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_gate_that_was_decided_is_not_open_any_more(ledger: Ledger, run: Run, state: str) -> None:
    ledger.steps.change(run.run, seq_of(run, "cutover"), state=state)
    with pytest.raises(NotAllowed, match="not open any more"):
        say(ledger, run)


@pytest.mark.parametrize(
    "change", [{"failing_back": True}, {"state": "failed-back"}, {"asked": "abort"}, {"state": "needs-operator"}]
)
def test_a_run_that_goes_back_or_has_ended_has_no_gates(ledger: Ledger, run: Run, change: dict[str, Any]) -> None:
    ledger.runs.change(run.workload, run.run, **change)
    with pytest.raises(NotAllowed, match="not open any more"):
        say(ledger, ledger.runs.get(run.run))
