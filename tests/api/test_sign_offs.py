"""Signing before there is a run: kept for the run of the same plan and runbook, shown in the manual, refused as at a gate."""

import secrets
from typing import Any

import pytest

from activities import gates
from api.documents import plan_manual, run_manual
from api.migrations import start_migration
from api.sign_offs import sign_off
from api.signed_in import PAGES_USE
from approvals.sign_off import shelf
from ledger.ledger import Ledger
from ledger.values import digest
from manual.recorder import record
from plan.hash import plan_hash
from plan.load import plan_from_json
from tests.api.doors import Durable, Json, ask, problem, read, request
from tests.approvals.gates import LENA_ID
from tests.approvals.test_identity import OID, STRANGER, header
from tests.plan.plans import data

BOTH = ["Lena Lead", "Petra Product"]


def planned(**rules: Any) -> Json:
    """A plan that asks for two signatures, of a workload that no other test uses."""
    plan = data() | {"workload": f"w{secrets.token_hex(4)}"}
    plan["approvals"]["sign-off"] = {"approvers": BOTH, "quorum": 2} | rules
    return plan


def hashes(plan: Json) -> tuple[str, str]:
    checked = plan_from_json(plan, "plan")
    return plan_hash(checked), digest(record(checked))


def sign(plan: Json, by: str = "Petra Product", decision: str = "approve", **more: Any) -> Any:
    body = {"plan": plan, "by": by, "decision": decision, "runbook_hash": hashes(plan)[1]} | more
    return ask(sign_off, request("POST", "plans/sign-off", body))


def start(plan: Json, by: str = "Zoe Sky") -> Json:
    return read(ask(start_migration, request("POST", "migrations", {"plan": plan, "by": by}), Durable()))


def opened(run: str) -> Json:
    return gates.open_gate({"run": run, "seq": 1, "gate": "sign-off"})


@pytest.fixture(autouse=True)
def _on(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real ledger; the source is not looked at before it is frozen."""
    assert ledger
    monkeypatch.setattr("activities.context.world_for", lambda *_: None)


def test_a_run_finds_what_was_signed_and_does_not_wait(ledger: Ledger) -> None:
    plan = planned()
    first = read(sign(plan))
    assert (first["by"], first["decided"], first["missing"]) == ("Petra Product", False, 1)
    second = read(sign(plan, "Lena Lead", reason="read it twice"))
    assert (second["decided"], second["missing"]) == (True, 0)
    run = start(plan)["run"]
    assert opened(run) == {"state": "approved", "by": "Petra Product, Lena Lead", "reason": "read it twice"}
    decisions = [event for event in ledger.events.of(run) if event["kind"] == "decision"]
    assert [event["who"] for event in decisions] == ["Petra Product", "Lena Lead"]
    assert all(event["detail"]["runbook"] == hashes(plan)[1] and "signed at" in event["text"] for event in decisions)


def test_what_is_still_missing_is_asked_for_at_the_gate() -> None:
    plan = planned()
    sign(plan)
    run = start(plan)["run"]
    assert opened(run)["state"] == "open"


def test_an_objection_ends_the_run_before_it_begins() -> None:
    plan = planned()
    assert read(sign(plan, decision="reject", reason="the window is too short"))["decided"] is True
    assert opened(start(plan)["run"]) == {"state": "rejected", "by": "Petra Product", "reason": "the window is too short"}


def test_a_signature_is_about_one_plan() -> None:
    plan = planned(quorum=1)
    sign(plan)
    changed = plan | {"target": plan["target"] | {"subscription": "00000000-0000-0000-0000-0000000000ff"}}
    assert hashes(changed)[1] == hashes(plan)[1] or hashes(changed)[0] != hashes(plan)[0]
    assert opened(start(changed)["run"])["state"] == "open"


def test_whoever_starts_the_run_has_not_signed_it_off_beforehand(ledger: Ledger) -> None:
    plan = planned(not_by_starter=True, quorum=1)
    sign(plan)
    run = start(plan, by="Petra Product")["run"]
    assert opened(run)["state"] == "open"
    assert [event["text"] for event in ledger.events.of(run) if event["kind"] == "refused"] == [
        "A decision was refused: Petra Product started the run; the sign-off of Petra Product does not count."
    ]


@pytest.mark.parametrize(
    ("rules", "changes", "status", "message"),
    [
        ({}, {"by": "Quinn Test"}, 403, "may not decide"),
        ({}, {"runbook_hash": "0" * 64}, 409, "another runbook"),
        ({}, {"decision": "reject"}, 400, "needs a reason"),
        ({}, {"decision": "perhaps"}, 400, "no decision"),
        ({"channels": ["entra"]}, {}, 403, "takes no decision by key"),
    ],
)
def test_what_would_be_refused_at_the_gate_is_refused_and_recorded(
    ledger: Ledger, rules: Json, changes: Json, status: int, message: str
) -> None:
    plan = planned(**rules)
    found = problem(sign(plan, **changes))
    assert found["status"] == status
    assert message in found["detail"]
    place = shelf(*hashes(plan))
    assert ledger.votes.of(place, 1) == []
    assert [event["kind"] for event in ledger.events.of(place)] == ["refused"]


def test_whoever_is_signed_in_signs_without_a_key_under_the_own_name(monkeypatch: pytest.MonkeyPatch, ledger: Ledger) -> None:
    monkeypatch.setenv("WEBSITE_AUTH_ENABLED", "True")
    monkeypatch.setenv("DAYZERO_SIGN_IN", "app-service")
    plan = planned(channels=["entra"], quorum=1)
    plan["owners"]["lead"]["identity"] = LENA_ID
    assert "sign_off" in PAGES_USE
    body = {"plan": plan, "decision": "approve", "runbook_hash": hashes(plan)[1]}
    assert read(ask(sign_off, request("POST", "plans/sign-off", body, headers=header((OID, LENA_ID)))))["by"] == "Lena Lead"
    stranger = request("POST", "plans/sign-off", body, headers=header((OID, STRANGER)))
    assert problem(ask(sign_off, stranger))["status"] == 403
    assert [(vote.by, vote.channel) for vote in ledger.votes.of(shelf(*hashes(plan)), 1)] == [("Lena Lead", "entra")]


def test_the_first_word_counts() -> None:
    plan = planned()
    sign(plan)
    again = problem(sign(plan, decision="reject", reason="changed my mind"))
    assert (again["status"], "already" in again["detail"]) == (409, True)


def test_a_plan_without_the_gate_asks_for_no_signature() -> None:
    plan = data() | {"workload": f"w{secrets.token_hex(4)}"}
    assert "asks for no sign-off" in problem(sign(plan))["detail"]


@pytest.mark.parametrize("form", ["", "?format=html"])
def test_the_manual_shows_who_has_signed(form: str) -> None:
    plan = planned()

    def of_plan() -> str:
        return ask(plan_manual, request("POST", f"plans/manual{form}", {"plan": plan})).get_body().decode()

    assert "nobody yet" in of_plan()
    sign(plan, reason="all <b>read</b>")
    run = start(plan)["run"]
    of_run = ask(run_manual, request("GET", f"migrations/{run}/manual{form}", run=run)).get_body().decode()
    for shown in (of_plan(), of_run):
        row = next(line for line in shown.splitlines() if "agrees" in line and "Petra Product" in line)
        assert "key" in row
        assert ("all &lt;b&gt;read" in row) == bool(form)
