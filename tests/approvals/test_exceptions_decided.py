"""Exceptions before people: one by one with a reason, or a named number with a gate; never silently."""

from typing import Any

import pytest

from api import exceptions as doors
from approvals.approvers import Person
from approvals.decide import Word, decide
from approvals.errors import NotAllowed
from ledger.exceptions import Differing
from ledger.ledger import Ledger
from ledger.runs import Run
from tests.api.doors import ask, problem, read, request
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

ROWS = [Differing("orders", f"o{number}", "a" * 64, "b" * 64, "another content") for number in range(3)]
PETRA = Person("Petra Product", "key")


@pytest.fixture
def run(ledger: Ledger) -> Run:
    """A run that waits at the gate `cutover`, with three exceptions open."""
    run = write(ledger, new_run(example()))
    seq = next(int(line["seq"]) for line in run.runbook if line["name"] == "cutover")
    ledger.steps.change(run.run, seq, state="waiting", started="2026-11-23T02:00:00+00:00")
    ledger.exceptions.note(run.run, "verify_backup", ROWS)
    return run


def approve(ledger: Ledger, run: Run, accepted: int, decision: str = "approve") -> None:
    decide(ledger, run, Word("cutover", decision, "as agreed", run.runbook_hash, accept_exceptions=accepted), PETRA)


def accept(run: Run, id_: str, **body: Any) -> Any:
    body = {"by": "Petra Product", "reason": "a test order"} | body
    path = f"migrations/{run.run}/exceptions/{id_}"
    return ask(doors.accept_exception, request("POST", path, body, run=run.run, exception=id_))


def decisions(ledger: Ledger, run: Run) -> list[str]:
    return [row.decision for row in ledger.exceptions.of(run.run)]


def test_a_gate_is_not_approved_past_open_exceptions(ledger: Ledger, run: Run) -> None:
    with pytest.raises(NotAllowed, match="3 exceptions are open") as refused:
        approve(ledger, run, 2)
    assert "accept_exceptions: 3" in refused.value.mend
    assert decisions(ledger, run) == ["open"] * 3
    assert [event["kind"] for event in ledger.events.of(run.run)] == ["refused"]


def test_an_approval_that_names_them_accepts_them_all(ledger: Ledger, run: Run) -> None:
    approve(ledger, run, 3)
    assert decisions(ledger, run) == ["accepted"] * 3
    assert {(row.by, row.why) for row in ledger.exceptions.of(run.run)} == {("Petra Product", "accepted with gate cutover")}


def test_a_rejection_needs_nothing_and_accepts_nothing(ledger: Ledger, run: Run) -> None:
    approve(ledger, run, 0, "reject")
    assert decisions(ledger, run) == ["open"] * 3


def test_what_was_accepted_one_by_one_no_longer_stops_the_gate(ledger: Ledger, run: Run) -> None:
    for row in ROWS:
        assert read(accept(run, row.id))["exception"]["decision"] == "accepted"
    approve(ledger, run, 0)
    told = [event["text"] for event in ledger.events.of(run.run) if event["kind"] == "decision"]
    assert told[0] == "An exception was accepted: orders o0 (a test order)"
    shown = read(ask(doors.list_exceptions, request("GET", f"migrations/{run.run}/exceptions", run=run.run)))
    assert [(one["key"], one["by"], one["why"]) for one in shown["exceptions"]] == [
        (f"o{number}", "Petra Product", "a test order") for number in range(3)
    ]


@pytest.mark.parametrize(
    ("body", "id_", "status"),
    [
        ({"by": "Quinn Test"}, ROWS[0].id, 403),
        ({"reason": ""}, ROWS[0].id, 400),
        ({}, "0" * 32, 404),
    ],
)
def test_a_wrong_word_is_refused_and_recorded(ledger: Ledger, run: Run, body: Any, id_: str, status: int) -> None:
    assert problem(accept(run, id_, **body))["status"] == status
    assert decisions(ledger, run) == ["open"] * 3
    assert [event["kind"] for event in ledger.events.of(run.run)] == ["refused"]


def test_nothing_is_accepted_twice_or_on_the_way_back(ledger: Ledger, run: Run) -> None:
    accept(run, ROWS[0].id)
    assert problem(accept(run, ROWS[0].id))["status"] == 409
    ledger.runs.change(run.workload, run.run, state="failing-back", failing_back=True)
    assert problem(accept(run, ROWS[1].id))["status"] == 409
