"""Quorum, delegates, channels and starters: whose voice counts, and when a gate is settled."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from approvals.errors import NotAllowed
from ledger.ledger import Ledger
from ledger.status import status
from ledger.votes import Vote
from tests.approvals.gates import AtTheGate

BOTH: dict[str, Any] = {"quorum": 2}
THREE = {"approvers": ["Lena Lead", "Petra Product", "Quinn Test"], "quorum": 2}


def waiting(gate: AtTheGate) -> dict[str, Any]:
    found: dict[str, Any] = status(gate.ledger, gate.run, {})["waiting_for"]
    return found


def test_one_of_two_approvals_decides_nothing_yet(ledger: Ledger) -> None:
    gate = AtTheGate(ledger, BOTH)
    assert (waiting(gate)["quorum"], waiting(gate)["approved"]) == (2, [])
    said = gate.say("Lena Lead")
    assert (said.decided, said.missing, gate.decision) == (False, 1, None)
    assert waiting(gate)["approved"] == ["Lena Lead"]
    assert waiting(gate)["missing"] == ["Petra Product"]
    said = gate.say("Petra Product")
    assert (said.decided, said.missing) == (True, 0)
    assert gate.decision is not None
    assert (gate.decision["decision"], gate.decision["by"]) == ("approve", "Lena Lead, Petra Product")
    assert gate.told("decision") == ["Gate cutover: approve, 1 of 2 (because)", "Gate cutover: approve, 2 of 2 (because)"]


def test_the_same_person_counts_once(ledger: Ledger) -> None:
    gate = AtTheGate(ledger, BOTH)
    gate.say("Lena Lead")
    for channel in ("key", "link", "teams"):
        with pytest.raises(NotAllowed, match="decided at gate cutover already"):
            gate.say("Lena Lead", channel=channel)
    assert (gate.decision, len(gate.events("refused"))) == (None, 3)


def test_a_rejection_by_any_approver_rejects(ledger: Ledger) -> None:
    gate = AtTheGate(ledger, THREE)
    gate.say("Lena Lead")
    assert gate.say("Quinn Test", "reject").decided
    assert gate.decision is not None
    assert (gate.decision["decision"], gate.decision["by"]) == ("reject", "Quinn Test")
    with pytest.raises(NotAllowed, match="decided already"):
        gate.say("Petra Product")


def test_words_at_the_same_moment_settle_the_gate_once(ledger: Ledger) -> None:
    for _ in range(5):
        gate = AtTheGate(ledger, THREE)
        people = [("Lena Lead", "approve"), ("Petra Product", "approve"), ("Quinn Test", "reject")]

        def one(who: tuple[str, str], gate: AtTheGate = gate) -> str:
            try:
                gate.say(*who)
            except NotAllowed:
                return ""
            return who[1]

        with ThreadPoolExecutor(3) as pool:
            counted = list(pool.map(one, people))
        assert gate.decision is not None
        if gate.decision["decision"] == "approve":
            assert counted == ["approve", "approve", ""]
        else:
            assert "reject" in counted
        assert len(gate.events("decision")) + len(gate.events("refused")) >= 3


def test_a_delegate_speaks_for_an_approver_and_only_once(ledger: Ledger) -> None:
    stand_ins = {"delegates": {"Lena Lead": ["Zoe Sky"], "Petra Product": ["Zoe Sky", "Nils Netz"]}}
    gate = AtTheGate(ledger, BOTH | stand_ins)
    gate.say("Zoe Sky")
    assert waiting(gate)["approved"] == ["Lena Lead"]
    with pytest.raises(NotAllowed, match="Zoe Sky has decided"):
        gate.say("Zoe Sky")
    with pytest.raises(NotAllowed, match="Lena Lead has decided"):
        gate.say("Lena Lead")
    assert gate.say("Nils Netz").decided
    (first, second) = gate.events("decision")
    assert (first["detail"]["on_behalf"], second["detail"]["on_behalf"]) == ("Lena Lead", "Petra Product")
    assert first["text"] == "Gate cutover: approve for Lena Lead, 1 of 2 (because)"


@pytest.mark.parametrize("by", ["Lena Lead", "Zoe Sky"])
def test_whoever_started_the_run_may_not_approve_nor_anybody_in_their_place(ledger: Ledger, by: str) -> None:
    rules = {"not_by_starter": True, "delegates": {"Lena Lead": ["Zoe Sky"]}}
    gate = AtTheGate(ledger, rules, {"started_by": "Lena Lead"})
    with pytest.raises(NotAllowed, match="Lena Lead started the run"):
        gate.say(by)
    assert gate.say("Petra Product").decided


def test_whoever_started_the_run_may_not_approve_in_anothers_place(ledger: Ledger) -> None:
    rules = {"not_by_starter": True, "delegates": {"Petra Product": ["Zoe Sky"]}}
    gate = AtTheGate(ledger, rules, {"started_by": "Zoe Sky"})
    with pytest.raises(NotAllowed, match="Zoe Sky started the run"):
        gate.say("Zoe Sky")
    assert gate.say("Zoe Sky", "reject").decided, "stopping is open to everybody who may decide"


def test_with_nobody_known_to_have_started_it_nobody_else_can_approve(ledger: Ledger) -> None:
    gate = AtTheGate(ledger, {"not_by_starter": True})
    with pytest.raises(NotAllowed, match="Nobody knows who started"):
        gate.say("Petra Product")


@pytest.mark.parametrize("channel", ["key", "link", "teams", "event"])
def test_a_channel_that_the_gate_does_not_take_is_refused(ledger: Ledger, channel: str) -> None:
    gate = AtTheGate(ledger, {"channels": ["entra"]})
    with pytest.raises(NotAllowed, match=f"no decision by {channel}") as refused:
        gate.say("Lena Lead", channel=channel)
    assert (refused.value.status, gate.decision) == (403, None)
    assert gate.events("refused")[0]["detail"]["channel"] == channel
    assert gate.say("Lena Lead", channel="entra").decided


def test_a_role_of_entra_lets_somebody_decide_whom_the_plan_does_not_name(ledger: Ledger) -> None:
    gate = AtTheGate(ledger, {"roles": ["Cutover.Approve"], "quorum": 2})
    with pytest.raises(NotAllowed, match="may not decide"):
        gate.say("ann@example.com", channel="entra", roles=("Reader",))
    gate.say("ann@example.com", channel="entra", roles=("Reader", "Cutover.Approve"))
    assert gate.say("Lena Lead").decided


def test_a_vote_whose_process_died_settles_the_gate_when_it_looks(ledger: Ledger) -> None:
    gate = AtTheGate(ledger)
    assert ledger.votes.cast(gate.id, gate.seq, Vote("Lena Lead", "Lena Lead", "approve", "", "key"))
    assert gate.decision is None
    found = ledger.votes.decision(gate.id, gate.seq, 1)
    assert found is not None
    assert found["decision"] == "approve"
    assert gate.decision == found
