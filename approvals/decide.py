"""Taking a decision: checked first, written once, refused otherwise; every refusal is recorded.

Lives here: the rules. Never here: HTTP, cards, signatures.
"""

import hmac
from dataclasses import dataclass

from approvals.approvers import Person, Rules
from approvals.errors import NotAllowed
from approvals.exceptions import accept_all, refuse_open
from approvals.refusals import record_refusal
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.steps import StepRow
from ledger.values import digest
from ledger.votes import Vote

_LOOK = "Look at the events for who decided what."


@dataclass(frozen=True)
class Word:
    """What a person says at a gate.

    Args:
        gate: name of the gate.
        decision: `approve` or `reject`.
        reason: why; required for a rejection.
        runbook_hash: hash of the runbook that the person has seen.
        nonce: what makes a signed word usable once; empty for words that are not signed.
        accept_exceptions: how many open exceptions an approval accepts, at most.
    """

    gate: str
    decision: str
    reason: str
    runbook_hash: str
    nonce: str = ""
    accept_exceptions: int = 0


@dataclass(frozen=True)
class Standing:
    """Where a gate stands after a word: `decided` when it is settled, otherwise `missing` approvals are still needed."""

    decided: bool
    missing: int


def decide(ledger: Ledger, run: Run, word: Word, person: Person) -> Standing:
    """Write an approval or a rejection of the gate that waits now.

    Raises:
        NotAllowed: the person may not, the gate does not wait, the runbook is another, or the word was used before.
    """
    try:
        rules, line = Rules(run, word.gate), _waiting_line(ledger, run, word.gate)
        check(run, word)
        votes = ledger.votes.of(run.run, line.seq)
        voice = rules.voice(person, votes, approves=word.decision == "approve")
        if word.decision == "approve":
            refuse_open(ledger, run, word.accept_exceptions)
        if word.nonce and not ledger.votes.spend(run.run, word.nonce):
            raise NotAllowed(409, "This was used already.", "A link or a message decides once; look at the status.")
        vote = Vote(person.name, voice, word.decision, word.reason, person.channel)
        if not ledger.votes.cast(run.run, line.seq, vote):
            raise NotAllowed(409, f"{person.name} has decided at gate {word.gate} already.", "The first word counts.")
        settled = ledger.votes.decision(run.run, line.seq, rules.gate.quorum)
        if settled and settled["decision"] != word.decision:  # others were first, between our look and our word
            ledger.votes.withdraw(run.run, line.seq, person.name)
            raise NotAllowed(409, f"Gate {word.gate} was decided already.", _LOOK)
    except NotAllowed as refusal:
        record_refusal(ledger, run.run, refusal, person, gate=word.gate, decision=word.decision)
        raise
    if settled and settled["decision"] == "approve":
        accept_all(ledger, run, person, word.gate)
    missing = record_votes(ledger, rules, line.seq)
    return Standing(settled is not None, missing if settled is None else 0)


def record_votes(ledger: Ledger, rules: Rules, seq: int) -> int:
    """One event for every vote that counts, also for one whose process died right after it; how many approvers are missing."""
    run, voices = rules.run, set[str]()
    for vote in ledger.votes.of(run.run, seq):
        voices |= {vote.on_behalf} if vote.decision == "approve" else set()
        detail = {"gate": rules.name, "channel": vote.channel, "runbook": run.runbook_hash}
        detail |= {"on_behalf": vote.on_behalf} if vote.on_behalf != vote.by else {}
        key = f"vote-{seq}-{digest(vote.by)[:32]}"
        ledger.events.append(run.run, "decision", _told(rules, vote, len(voices)), who=vote.by, detail=detail, key=key)
    return max(0, rules.gate.quorum - len(voices))


def check(run: Run, word: Word) -> None:
    """What can be wrong with a word, whoever says it.

    Raises:
        NotAllowed: no decision, a rejection without a reason, or a word about another runbook.
    """
    if word.decision not in {"approve", "reject"}:
        raise NotAllowed(400, f"{word.decision!r} is no decision.", "Send approve or reject.")
    if word.decision == "reject" and not word.reason:
        raise NotAllowed(400, "A rejection needs a reason.", "Say why; the report will show it.")
    if not hmac.compare_digest(word.runbook_hash.encode(), run.runbook_hash.encode()):
        raise NotAllowed(409, "The decision names another runbook.", "Read the run's manual and send its runbook_hash.")


def _waiting_line(ledger: Ledger, run: Run, gate: str) -> StepRow:
    seqs = [line["seq"] for line in run.runbook if line["kind"] == "gate" and line["name"] == gate]
    if not seqs:
        raise NotAllowed(404, f"The runbook has no gate {gate!r}.", "Use a gate's name from the status.")
    line = ledger.steps.get(run.run, seqs[0])
    if line.state == "planned":
        raise NotAllowed(409, f"Gate {gate} is not open yet.", "Decide when the status says that the run waits for it.")
    turned = run.failing_back or run.asked == "abort" or run.state == "needs-operator"
    if line.state != "waiting" or not run.alive or turned:
        raise NotAllowed(409, f"Gate {gate} is not open any more.", "Look at the status for where the run stands.")
    if ledger.steps.decision(run.run, line.seq) is not None:
        raise NotAllowed(409, f"Gate {gate} was decided already.", _LOOK)
    return line


def _told(rules: Rules, vote: Vote, approvals: int) -> str:
    quorum = f", {approvals} of {rules.gate.quorum}" if vote.decision == "approve" and rules.gate.quorum > 1 else ""
    place = f" for {vote.on_behalf}" if vote.on_behalf != vote.by else ""
    before = f", signed at {vote.at}" if vote.at < rules.run.started else ""
    return f"Gate {rules.name}: {vote.decision}{place}{quorum}{before}" + (f" ({vote.reason})" if vote.reason else "")
