"""Signing a runbook off before there is a run: kept by the hashes of plan and runbook, laid before the gate of a run of both.

Lives here: the rules. Never here: the gate itself, which is one like any other (decide.py).
"""

from typing import cast

from approvals.approvers import Person, Rules
from approvals.decide import Standing, Word, check, record_votes
from approvals.errors import NotAllowed
from approvals.refusals import record_refusal
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.values import digest
from ledger.votes import Vote, outcome
from plan.people import Channel

GATE = "sign-off"
_SEQ = 1
"""A runbook that is to be signed off begins with that gate."""


def shelf(plan_hash: str, runbook_hash: str) -> str:
    """Where signatures of a runbook are kept while there is no run; no run can have this id."""
    return f"_signed-{digest([plan_hash, runbook_hash])}"


def sign(ledger: Ledger, draft: Run, word: Word, person: Person) -> Standing:
    """Write what a person says of a runbook that no run has yet; the same rules as at the gate, and the first word counts.

    Args:
        ledger: where it is kept.
        draft: the run as it would be; its id is the shelf.
        word: of the gate `sign-off`.
        person: who signs. Whether it is the one who starts the run is not known yet: `bring` looks at that.

    Raises:
        NotAllowed: refused; recorded on the shelf.
    """
    try:
        rules = _rules(draft)
        check(draft, word)
        voice = rules.voice(person, ledger.votes.of(draft.run, _SEQ), approves=False)
        if not ledger.votes.cast(draft.run, _SEQ, Vote(person.name, voice, word.decision, word.reason, person.channel)):
            raise NotAllowed(409, f"{person.name} has signed already.", "The first word counts.")
    except NotAllowed as refusal:
        record_refusal(ledger, draft.run, refusal, person, gate=GATE, decision=word.decision)
        raise
    votes = ledger.votes.of(draft.run, _SEQ)
    voices = {vote.on_behalf for vote in votes if vote.decision == "approve"}
    decided = outcome(votes, rules.gate.quorum) is not None
    return Standing(decided, 0 if decided else max(0, rules.gate.quorum - len(voices)))


def signatures(ledger: Ledger, run: Run) -> list[Vote]:
    """Who has said what of a runbook that is to be signed off, oldest first; of a run, or of a draft whose id is its shelf."""
    return ledger.votes.of(run.run, _SEQ)


def bring(ledger: Ledger, run: Run) -> None:
    """Lay what was signed beforehand before the gate of a run that is about to begin; repeated, it changes nothing.

    Whoever started the run may not approve it where the plan says so, also not beforehand; that is recorded.
    """
    if GATE not in run.plan["approvals"] or ledger.steps.get(run.run, _SEQ).state != "planned":
        return
    rules = _rules(run)
    for vote in ledger.votes.of(shelf(run.plan_hash, run.runbook_hash), _SEQ):
        own = run.started_by in {vote.by, vote.on_behalf}
        if own and vote.decision == "approve" and rules.gate.not_by_starter:
            refusal = NotAllowed(403, f"{run.started_by} started the run; the sign-off of {vote.by} does not count.", "")
            person = Person(vote.by, cast(Channel, vote.channel))
            record_refusal(ledger, run.run, refusal, person, gate=GATE, decision=vote.decision)
            continue
        ledger.votes.cast(run.run, _SEQ, vote)
    record_votes(ledger, rules, _SEQ)


def _rules(run: Run) -> Rules:
    if GATE not in run.plan["approvals"]:
        raise NotAllowed(409, "The plan asks for no sign-off.", f"Add `{GATE}` to its approvals, with its approvers.")
    return Rules(run, GATE)
