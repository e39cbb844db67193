"""Signed events from outside: decide, ask, note; forged, altered, replayed and old ones are refused and recorded."""

import base64
import json
import time
from typing import Any

import pytest
from durabletask.client import OrchestrationStatus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import events
from approvals.errors import NotAllowed
from approvals.keys import EVENT_KEYS, Keys
from approvals.refusals import NOWHERE
from approvals.signatures import signature, verify
from ledger.exceptions import Differing
from ledger.ledger import Ledger
from tests.api.doors import Durable, ask, problem, read, request
from tests.approvals.gates import AtTheGate

KEY = b"e" * 32
KEYS = Keys({"pipeline": KEY})


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EVENT_KEYS, f"pipeline:{base64.b64encode(KEY).decode()}")


def said(gate: AtTheGate, **changes: Any) -> bytes:
    data = {"decision": "approve", "by": "Lena Lead", "reason": "green", "runbook_hash": gate.run.runbook_hash}
    event = {"specversion": "1.0", "id": "1", "source": "/pipeline", "type": "com.example.decided", "data": data | changes}
    return json.dumps(event).encode()


def post(durable: Durable, run: str, name: str, body: bytes, header: str | None = None) -> Any:
    signed = signature(KEYS, f"{run}/{name}", body) if header is None else header
    req = request("POST", f"events/{run}/{name}", body, headers={"dayzero-signature": signed}, run=run, name=name)
    return ask(events.signed_event, req, durable)


def test_a_signed_event_decides_at_a_gate(gate: AtTheGate, durable: Durable) -> None:
    answer = post(durable, gate.id, "cutover", said(gate))
    assert (answer.status_code, read(answer)["decided"]) == (202, True)
    assert gate.decision is not None
    assert (gate.decision["by"], gate.decision["channel"]) == ("Lena Lead", "event")
    assert durable.raised == [(gate.id, "cutover", {"by": "Lena Lead"})]


def test_a_signed_event_names_how_many_exceptions_it_accepts(gate: AtTheGate, durable: Durable) -> None:
    gate.ledger.exceptions.note(gate.id, "verify_backup", [Differing("orders", "o1", "a" * 64, "b" * 64, "another content")])
    assert "1 exceptions are open" in problem(post(durable, gate.id, "cutover", said(gate)))["detail"]
    assert problem(post(durable, gate.id, "cutover", said(gate, accept_exceptions="1")))["status"] == 400
    assert durable.raised == []
    assert post(durable, gate.id, "cutover", said(gate, accept_exceptions=1)).status_code == 202
    assert [row.decision for row in gate.ledger.exceptions.of(gate.id)] == ["accepted"]


def test_a_signed_event_asks_and_notes(gate: AtTheGate, durable: Durable) -> None:
    assert post(durable, gate.id, "pause", said(gate)).status_code == 202
    assert (gate.run.asked, gate.run.asked_by) == ("pause", "Lena Lead")
    assert read(post(durable, gate.id, "incident-opened", said(gate)))["noted"] == "incident-opened"
    assert gate.events("note")[0]["text"] == "incident-opened: green"
    assert len(durable.raised) == 1


def test_a_body_may_hold_the_fields_itself(gate: AtTheGate, durable: Durable) -> None:
    assert post(durable, gate.id, "deployed", json.dumps({"by": "pipeline"}).encode()).status_code == 202


@pytest.mark.parametrize("name", ["cutover", "pause", "noted"])
def test_an_event_counts_once(ledger: Ledger, name: str) -> None:
    gate = AtTheGate(ledger, {"quorum": 2})
    durable = Durable(living={gate.id: OrchestrationStatus.RUNNING})
    body = said(gate)
    header = signature(KEYS, f"{gate.id}/{name}", body)
    assert post(durable, gate.id, name, body, header).status_code == 202
    told = len(durable.raised)
    assert problem(post(durable, gate.id, name, body, header))["status"] == 409
    assert (len(durable.raised), len(gate.events("refused"))) == (told, 1)


def headers(gate: AtTheGate, body: bytes) -> dict[str, str]:
    about, now = f"{gate.id}/cutover", int(time.time())
    return {
        "none": "",
        "no form": "v1=abc",
        "of another key": signature(Keys({"pipeline": b"f" * 32}), about, body),
        "of an unknown id": signature(Keys({"other": KEY}), about, body),
        "of another gate": signature(KEYS, f"{gate.id}/finalize", body),
        "of another run": signature(KEYS, "orders-1/cutover", body),
        "of another body": signature(KEYS, about, body + b" "),
        "old": signature(KEYS, about, body, now - 301),
        "of the future": signature(KEYS, about, body, now + 400),
        "with another time": signature(KEYS, about, body).replace("t=1", "t=2", 1),
    }


WRONG = ("none", "no form", "of another key", "of an unknown id", "of another gate", "of another run", "of another body")


@pytest.mark.parametrize("which", [*WRONG, "old", "of the future", "with another time"])
def test_an_event_that_does_not_count_is_refused_and_recorded(gate: AtTheGate, durable: Durable, which: str) -> None:
    body = said(gate)
    assert problem(post(durable, gate.id, "cutover", body, headers(gate, body)[which]))["status"] == 401
    assert (gate.decision, durable.raised, durable.started, len(gate.events("refused"))) == (None, [], [], 1)


def test_events_of_no_run_are_recorded_too(ledger: Ledger, durable: Durable) -> None:
    before = len(ledger.events.of(NOWHERE))
    assert problem(post(durable, "no-such-run", "cutover", b"{}", "t=1"))["status"] == 401
    assert len(ledger.events.of(NOWHERE)) == before + 1
    assert problem(post(durable, "no-such-run", "cutover", b"{}"))["status"] == 404


@pytest.mark.parametrize("changes", [{"by": "Mallory"}, {"by": ""}, {"runbook_hash": "0" * 64}, {"decision": "perhaps"}])
def test_a_signature_does_not_make_a_decision_right(gate: AtTheGate, durable: Durable, changes: dict[str, str]) -> None:
    assert 400 <= problem(post(durable, gate.id, "cutover", said(gate, **changes)))["status"] < 410
    assert (gate.decision, durable.raised) == (None, [])


@given(st.integers(0, 200), st.integers(1, 255))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changed_byte_is_noticed(place: int, other: int) -> None:
    body = b'{"data": {"decision": "approve"}}' * 8
    header = signature(KEYS, "run/gate", body)
    place %= len(body)
    assert verify(KEYS, "run/gate", body, header)
    with pytest.raises(NotAllowed):
        verify(KEYS, "run/gate", body[:place] + bytes([body[place] ^ other]) + body[place + 1 :], header)
