"""Signed links at their doors: a look decides nothing, a post decides once, a sign-in must match."""

import base64
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from durabletask.client import OrchestrationStatus

from api import decisions
from approvals.keys import LINK_KEYS, keys
from approvals.links import Link, new_link, seal
from ledger.exceptions import Differing
from ledger.ledger import Ledger
from tests.api.doors import HOST, Durable, ask, problem, read, request
from tests.approvals.gates import LENA_ID, AtTheGate
from tests.approvals.test_identity import OID, STRANGER, header

SETTING = f"new:{base64.b64encode(b'n' * 32).decode()},old:{base64.b64encode(b'o' * 32).decode()}"


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LINK_KEYS, SETTING)


def link(gate: AtTheGate, person: str = "Lena Lead", **changes: Any) -> Link:
    made = new_link(gate.id, "cutover", gate.run.runbook_hash, person, timedelta(hours=1), ("approve", "reject"))
    return replace(made, **changes)


def post(durable: Durable, token: str, decision: str = "approve", reason: str = "", **headers: str) -> Any:
    form = f"decision={decision}&reason={reason}".encode()
    req = request("POST", f"decide/{token}", form, headers=headers, token=token)
    return ask(decisions.decide_by_link, req, durable)


def look(token: str) -> Any:
    return ask(decisions.show_gate, request("GET", f"decide/{token}", token=token))


def test_a_look_shows_the_facts_and_decides_nothing(gate: AtTheGate) -> None:
    token = seal(keys(LINK_KEYS), link(gate))
    for _ in range(3):  # a preview, a second preview, the person
        page = look(token)
    text = page.get_body().decode()
    assert (page.status_code, page.mimetype) == (200, "text/html")
    for fact in (gate.id, gate.run.workload, "cutover", gate.run.runbook_hash, "Lena Lead", "Cut over?", "What is done next"):
        assert fact in text, fact
    assert (gate.decision, gate.events("decision"), gate.events("refused")) == (None, [], [])


def test_the_page_has_no_script_and_nothing_from_elsewhere(gate: AtTheGate) -> None:
    page = look(seal(keys(LINK_KEYS), link(gate, person="<script>alert(1)</script>")))
    text, policy = page.get_body().decode(), page.headers["Content-Security-Policy"]
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert not re.search(r"\b(src|href|action|on\w+|style)=", text)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_a_post_decides_once(gate: AtTheGate, durable: Durable) -> None:
    token = seal(keys(LINK_KEYS), link(gate))
    assert post(durable, token, reason="all+is+well").status_code == 200
    assert gate.decision is not None
    assert (gate.decision["by"], gate.decision["channel"], gate.decision["reason"]) == ("Lena Lead", "link", "all is well")
    assert durable.raised == [(gate.id, "cutover", {"by": "Lena Lead"})]
    assert look(token).status_code == 409
    assert post(durable, token, "reject", "no").status_code == 409
    assert len(durable.raised) == 1


def test_a_rejection_without_a_reason_leaves_the_link_unused(gate: AtTheGate, durable: Durable) -> None:
    token = seal(keys(LINK_KEYS), link(gate))
    assert post(durable, token, "reject").status_code == 400
    assert post(durable, token, "reject", "red").status_code == 200
    assert gate.decision is not None


def test_one_of_two_approvals_wakes_nobody(ledger: Ledger) -> None:
    gate = AtTheGate(ledger, {"quorum": 2})
    durable = Durable(living={gate.id: OrchestrationStatus.RUNNING})
    first = post(durable, seal(keys(LINK_KEYS), link(gate)))
    assert b"still needed: 1" in first.get_body()
    assert durable.raised == []
    post(durable, seal(keys(LINK_KEYS), link(gate, "Petra Product")))
    assert len(durable.raised) == 1


@pytest.mark.parametrize(("oid", "status"), [(LENA_ID, 200), (STRANGER, 403)])
def test_a_sign_in_must_be_of_the_person_the_link_is_for(
    gate: AtTheGate, durable: Durable, monkeypatch: pytest.MonkeyPatch, oid: str, status: int
) -> None:
    monkeypatch.setenv("WEBSITE_AUTH_ENABLED", "true")
    answer = post(durable, seal(keys(LINK_KEYS), link(gate)), **header((OID, oid)))
    assert (answer.status_code, len(durable.raised)) == (status, int(status == 200))


def test_open_exceptions_are_shown_and_accepted_with_a_tick(gate: AtTheGate, durable: Durable) -> None:
    gate.ledger.exceptions.note(gate.id, "verify_state", [Differing("orders", "o-17", "a" * 64, "", "missing in the copy")])
    token = seal(keys(LINK_KEYS), link(gate))
    text = look(token).get_body().decode()
    assert "orders o-17" in text
    assert 'name="accept_exceptions" value="1"' in text
    assert post(durable, token).status_code == 409
    assert (gate.decision, durable.raised) == (None, [])
    assert post(durable, token, reason="known&accept_exceptions=1").status_code == 200
    assert gate.ledger.exceptions.open(gate.id) == []


def make(gate: AtTheGate, name: str = "cutover", **body: object) -> Any:
    path = f"migrations/{gate.id}/approvals/{name}/links"
    req = request("POST", path, {"by": "pipeline"} | body, run=gate.id, gate=name)
    return ask(decisions.make_links, req)


def test_links_are_made_for_all_who_may_decide_or_for_one(gate: AtTheGate, durable: Durable) -> None:
    answer = make(gate)
    made = read(answer)["links"]
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    assert [one["for"] for one in made] == ["Lena Lead", "Petra Product"]
    assert all(one["url"].startswith(f"{HOST}/api/decide/v1.new.") for one in made)
    (one,) = read(make(gate, "cutover", **{"for": "Petra Product", "minutes": 5}))["links"]
    assert post(durable, one["url"].rpartition("/")[2]).status_code == 200
    assert gate.decision is not None
    assert gate.decision["by"] == "Petra Product"
    assert gate.told("note")[0] == "Links to gate cutover were made for Lena Lead, Petra Product."
    assert "v1.new" not in str(ledger_text(gate))


def ledger_text(gate: AtTheGate) -> list[Any]:
    return [gate.ledger.events.of(gate.id), gate.ledger.votes.of(gate.id, gate.seq), gate.decision]


def test_links_lead_to_the_address_that_the_settings_say(gate: AtTheGate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYZERO_PUBLIC_URL", "https://go.example.com/")
    assert read(make(gate))["links"][0]["url"].startswith("https://go.example.com/api/decide/v1.")


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("cutover", {"for": "Mallory"}, 403),
        ("back-door", {}, 404),
        ("cutover", {"minutes": 0}, 400),
        ("cutover", {"minutes": 10_081}, 400),
        ("cutover", {"minutes": "5"}, 400),
        ("cutover", {"minutes": True}, 400),
        ("cutover", {"by": ""}, 400),
    ],
)
def test_links_that_could_decide_nothing_are_not_made(gate: AtTheGate, name: str, body: Any, status: int) -> None:
    assert problem(make(gate, name, **body))["status"] == status


def test_without_keys_there_are_no_links(gate: AtTheGate, durable: Durable, monkeypatch: pytest.MonkeyPatch) -> None:
    token = seal(keys(LINK_KEYS), link(gate))
    monkeypatch.delenv(LINK_KEYS)
    assert LINK_KEYS in problem(make(gate))["mend"]
    assert (look(token).status_code, post(durable, token).status_code, durable.raised) == (503, 503, [])


@pytest.mark.parametrize(
    ("claims", "kind", "status"),
    [
        ([(OID, LENA_ID)], "application/json; charset=utf-8", 202),
        ([(OID, LENA_ID)], "text/plain", 400),
        ([(OID, STRANGER)], "application/json", 403),
        ([], "application/json", 401),
    ],
)
def test_whoever_is_signed_in_decides_without_a_key(
    gate: AtTheGate, durable: Durable, monkeypatch: pytest.MonkeyPatch, claims: list[tuple[str, str]], kind: str, status: int
) -> None:
    monkeypatch.setenv("WEBSITE_AUTH_ENABLED", "True")
    said = {"decision": "approve", "runbook_hash": gate.run.runbook_hash, "by": "Petra Product"}
    headers = {"content-type": kind} | (header(*claims) if claims else {})
    req = request("POST", f"decide/{gate.id}/cutover", said, headers=headers, run=gate.id, gate="cutover")
    assert ask(decisions.decide_signed_in, req, durable).status_code == status
    assert len(durable.raised) == int(status == 202)
    assert len(gate.events("refused")) == int(status != 202)
    assert (gate.decision or {}).get("by") == ("Lena Lead" if status == 202 else None)
