"""Who a door takes a request's sender for: a sign-in counts more than a name in the body."""

import secrets
from typing import Any

import pytest

from api import control
from api.migrations import start_migration
from ledger.ledger import Ledger
from tests.api.doors import Durable, Json, ask, problem, read, request
from tests.approvals.gates import LENA_ID, AtTheGate
from tests.approvals.test_identity import OID, STRANGER, header
from tests.plan.plans import data


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBSITE_AUTH_ENABLED", "True")


def approve(durable: Durable, gate: AtTheGate, headers: dict[str, str], **body: Any) -> Any:
    said = {"decision": "approve", "runbook_hash": gate.run.runbook_hash} | body
    path = f"migrations/{gate.id}/approvals/cutover"
    return ask(control.approve, request("POST", path, said, headers=headers, run=gate.id, gate="cutover"), durable)


@pytest.mark.parametrize("body", [{}, {"by": "Lena Lead"}])
def test_whoever_is_signed_in_decides_under_that_name(
    platform: None, durable: Durable, gate: AtTheGate, body: dict[str, str]
) -> None:
    assert read(approve(durable, gate, header((OID, LENA_ID)), **body))["by"] == "Lena Lead"
    assert gate.decision is not None
    assert (gate.decision["by"], gate.decision["channel"]) == ("Lena Lead", "entra")


@pytest.mark.parametrize(
    ("claims", "body", "detail"),
    [
        ([(OID, LENA_ID)], {"by": "Petra Product"}, "Somebody else is signed in"),
        ([(OID, STRANGER)], {}, "may not decide"),
        ([], {"by": "Lena Lead"}, "no object id"),
    ],
)
def test_whoever_is_signed_in_cannot_be_another(
    platform: None, durable: Durable, gate: AtTheGate, claims: list[tuple[str, str]], body: dict[str, str], detail: str
) -> None:
    assert detail in problem(approve(durable, gate, header(*claims), **body))["detail"]
    assert (gate.decision, durable.raised, len(gate.events("refused"))) == (None, [], 1)


def test_a_forged_sign_in_is_refused_and_recorded(durable: Durable, gate: AtTheGate) -> None:
    found = problem(approve(durable, gate, header((OID, LENA_ID)), by="Lena Lead"))
    assert (found["status"], durable.raised, gate.decision) == (403, [], None)
    assert "platform did not set" in gate.told("refused")[0]


def test_controls_carry_the_name_of_whoever_is_signed_in(platform: None, durable: Durable, gate: AtTheGate) -> None:
    req = request("POST", f"migrations/{gate.id}/pause", {}, headers=header((OID, LENA_ID)), run=gate.id)
    assert ask(control.pause, req, durable).status_code == 202
    assert gate.run.asked_by == "Lena Lead"


@pytest.mark.parametrize("word", ["pause", "resume", "abort", "promote", "retry"])
@pytest.mark.parametrize("role", ["", "dayzero.reader", "Dayzero.Operator"])
def test_who_is_neither_in_the_plan_nor_operator_controls_nothing(
    platform: None, durable: Durable, gate: AtTheGate, word: str, role: str
) -> None:
    claims = [(OID, STRANGER), *([("roles", role)] if role else [])]
    said = request("POST", f"migrations/{gate.id}/{word}", {"reason": "now"}, headers=header(*claims), run=gate.id)
    found = problem(ask(getattr(control, word), said, durable))
    assert (found["status"], "Lena Lead" in found["mend"]) == (403, True)
    (event,) = gate.events("refused")
    assert (event["detail"]["decision"], event["detail"]["channel"]) == (word, "entra")
    assert (gate.run.asked, durable.raised, durable.started) == ("", [], [])


@pytest.mark.parametrize("rules", [{}, {"roles": ["Release.Manager"]}])
def test_an_operator_or_holder_of_a_gates_role_may_abort(platform: None, ledger: Ledger, rules: Json) -> None:
    gate = AtTheGate(ledger, rules)
    held = header((OID, STRANGER), ("roles", rules["roles"][0] if rules else "dayzero.operator"))
    req = request("POST", f"migrations/{gate.id}/abort", {}, headers=held, run=gate.id)
    assert ask(control.abort, req, Durable()).status_code == 202
    assert (gate.run.asked, gate.run.asked_by) == ("abort", STRANGER)


def started(plan: Json, by: str) -> Any:
    return ask(start_migration, request("POST", "migrations", {"plan": plan} | ({"by": by} if by else {})), Durable())


@pytest.mark.parametrize(
    ("by", "rules", "status"),
    [
        ("Lena Lead", {}, 202),
        ("", {}, 202),
        ("", {"not_by_starter": True}, 422),
        ("Lena Lead", {"not_by_starter": True}, 202),
        ("Lena Lead", {"not_by_starter": True, "quorum": 2}, 422),
        ("Zoe Sky", {"not_by_starter": True, "quorum": 2}, 202),
    ],
)
def test_a_start_says_by_whom_where_a_gate_needs_to_know(ledger: Ledger, by: str, rules: Json, status: int) -> None:
    plan = data() | {"workload": f"w{secrets.token_hex(4)}"}
    plan["approvals"]["cutover"] |= rules
    answer = started(plan, by)
    assert answer.status_code == status
    if status == 202:
        assert ledger.runs.get(read(answer)["run"]).started_by == by
    else:
        assert problem(answer)["title"] == "Starter unfit"
