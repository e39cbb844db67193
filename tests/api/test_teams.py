"""The door of Teams: who is mapped to an approver decides there, everybody else is told no, recorded, and wakes nobody."""

import base64
import time
from typing import Any

import pytest
from durabletask.client import OrchestrationStatus

from api import teams
from approvals.keys import TEAMS_KEYS
from approvals.refusals import NOWHERE
from ledger.exceptions import Differing
from ledger.ledger import Ledger
from tests.api.doors import Durable, ask, problem, read, request
from tests.approvals.gates import AtTheGate
from tests.approvals.test_teams_messages import TOKEN, activity, signed

STRANGER = {"id": "29:2x", "name": "Eve", "aadObjectId": "00000000-0000-0000-0000-00000000000f"}


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TEAMS_KEYS, f"channel:{base64.b64encode(TOKEN).decode()}")


def post(durable: Durable, body: bytes, header: str | None = None) -> Any:
    headers = {"authorization": signed(body) if header is None else header}
    return ask(teams.teams_message, request("POST", "teams/messages", body, headers=headers), durable)


def say(durable: Durable, text: str, **changes: Any) -> str:
    began = time.monotonic()
    answer = post(durable, activity(f"<at>dayzero</at> {text}", **changes))
    assert time.monotonic() - began < 5, "Teams waits no longer"
    assert (answer.status_code, read(answer)["type"]) == (200, "message")
    return str(read(answer)["text"])


def test_an_approver_approves_by_a_message(gate: AtTheGate, durable: Durable) -> None:
    told = say(durable, f"approve cutover of {gate.id} because all is well")
    assert told.startswith(f"Recorded: Lena Lead, approve cutover of {gate.id}")
    assert gate.decision is not None
    assert (gate.decision["by"], gate.decision["channel"], gate.decision["reason"]) == ("Lena Lead", "teams", "all is well")
    assert durable.raised == [(gate.id, "cutover", {"by": "Lena Lead"})]


def test_a_workload_names_its_run(gate: AtTheGate, durable: Durable) -> None:
    told = say(durable, f"status {gate.run.workload}")
    assert told.startswith(f"{gate.id}: running")
    assert "Still to decide: Lena Lead, Petra Product." in told


def test_a_message_is_heard_once(gate: AtTheGate, durable: Durable) -> None:
    for verb in (f"abort {gate.id} because complaints", f"abort {gate.id} because complaints"):
        body = activity(verb, id="7", timestamp="2099-01-01T00:00:00Z")
        assert problem(post(durable, body))["status"] == 401
    body = activity(f"pause {gate.id}")
    assert "Recorded" in read(post(durable, body))["text"]
    assert "heard already" in read(post(durable, body))["text"]
    assert durable.raised == [(gate.id, "control", {"action": "pause", "by": "Lena Lead", "reason": ""})]


def test_a_decision_by_message_is_taken_once(ledger: Ledger) -> None:
    gate = AtTheGate(ledger, {"quorum": 2})
    durable = Durable(living={gate.id: OrchestrationStatus.RUNNING})
    body = activity(f"approve cutover of {gate.id}")
    assert "still needed: 1" in read(post(durable, body))["text"]
    assert "already" in read(post(durable, body))["text"]
    assert (gate.decision, durable.raised, len(gate.events("refused"))) == (None, [], 1)


def test_an_approval_names_how_many_exceptions_it_accepts(gate: AtTheGate, durable: Durable) -> None:
    differing = [Differing("orders", f"o{number}", "a" * 64, "b" * 64, "another content") for number in range(2)]
    gate.ledger.exceptions.note(gate.id, "verify_backup", differing)
    assert "2 exceptions are open" in say(durable, f"approve cutover of {gate.id} because all is well")
    assert "2 exceptions are open" in say(durable, f"approve cutover of {gate.id} accepting 1 because all is well")
    assert (gate.decision, durable.raised, len(gate.events("refused"))) == (None, [], 2)
    assert "The gate is decided" in say(durable, f"approve cutover of {gate.id} accepting 2 because they are test orders")
    assert {(row.decision, row.by) for row in gate.ledger.exceptions.of(gate.id)} == {("accepted", "Lena Lead")}


@pytest.mark.parametrize(
    "text", ["approve cutover of {run}", "reject cutover of {run} because no", "abort {run}", "pause {run}"]
)
def test_a_stranger_is_told_no_and_recorded(gate: AtTheGate, durable: Durable, text: str) -> None:
    told = say(durable, text.format(run=gate.id), **{"from": STRANGER})
    assert "may not decide" in told or "no operator" in told
    assert (gate.decision, gate.run.asked, durable.raised, len(gate.events("refused"))) == (None, "", [], 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("approve finalize of {run}", "not open yet"),
        ("approve back-door of {run}", "no gate"),
        ("reject cutover of {run}", "needs a reason"),
        ("resume no-such-run", "No run of that name"),
        ("help", "`status"),
        ("sing", "`status"),
    ],
)
def test_what_cannot_be_done_is_answered(gate: AtTheGate, durable: Durable, text: str, told: str) -> None:
    assert told in say(durable, text.format(run=gate.id))
    assert (gate.decision, durable.raised) == (None, [])


def test_a_forged_message_is_refused_and_recorded(ledger: Ledger, gate: AtTheGate, durable: Durable) -> None:
    before = len(ledger.events.of(NOWHERE))
    body = activity(f"approve cutover of {gate.id}")
    for header in ("", signed(body, b"z" * 32), signed(activity("other"))):
        assert problem(post(durable, body, header))["status"] == 401
    assert len(ledger.events.of(NOWHERE)) == before + 3
    assert (gate.decision, durable.raised) == (None, [])


def test_a_gate_that_does_not_listen_to_teams_says_so(ledger: Ledger) -> None:
    gate = AtTheGate(ledger, {"channels": ["entra", "link"]})
    durable = Durable()
    assert "no decision by teams" in say(durable, f"approve cutover of {gate.id}")
    assert (gate.decision, durable.raised, durable.started) == (None, [], [])
