"""Votes at gates: one row a person and gate, and nonces that are spent once. A gate's decision follows from its votes.

Lives here: what was said, and when it settles a gate. Never here: who may say it (approvals checked that before).
"""

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from ledger import values
from ledger.clock import now
from ledger.errors import AlreadyThere
from ledger.steps import Steps
from ledger.storage import Storage

APPROVAL = "approval of "
"""How the text begins that says what an open gate waits for; a held gate's says what holds it."""


@dataclass(frozen=True)
class Vote:
    """What one person said at a gate. `on_behalf` is the approver whose voice it is, for a delegate another than `by`."""

    by: str
    on_behalf: str
    decision: str
    reason: str
    channel: str
    at: str = ""


class Votes:
    """Votes of gates, kept beside the gate's line in the table of steps."""

    def __init__(self, storage: Storage, steps: Steps) -> None:
        self._storage, self._steps = storage, steps

    def cast(self, run: str, seq: int, vote: Vote) -> bool:
        """Write a vote, of its time or of now; False when this person has voted at this gate already: the first word counts."""
        row = {"PartitionKey": run, "RowKey": _key(seq, "vote", vote.by), "at": vote.at or now()}
        return self._create(row | {"value": values.canonical(asdict(vote))})

    def of(self, run: str, seq: int) -> list[Vote]:
        """All votes at a gate, oldest first."""
        prefix = _key(seq, "vote", "")
        rows = self._storage.partition("steps", run, start=prefix, end=prefix[:-1] + ".")  # a full stop follows a hyphen
        votes = [Vote(**(values.unpack(row["value"], self._storage) | {"at": row["at"]})) for row in rows]
        return sorted(votes, key=lambda vote: vote.at)

    def decision(self, run: str, seq: int, quorum: int) -> dict[str, Any] | None:
        """The gate's decision, written now if the votes settle it and nobody wrote it before; None while they do not."""
        standing = self._steps.decision(run, seq)
        settled = None if standing else outcome(self.of(run, seq), quorum)
        if settled is None:
            return standing
        self._steps.decide(run, seq, settled)
        return self._steps.decision(run, seq)

    def withdraw(self, run: str, seq: int, by: str) -> None:
        """Take a vote back that came too late to count."""
        self._storage.delete("steps", run, _key(seq, "vote", by))

    def spend(self, run: str, nonce: str) -> bool:
        """Use a nonce up; False when it was used before."""
        return self._create({"PartitionKey": run, "RowKey": f"nonce-{nonce}", "at": now(), "value": ""})

    def spent(self, run: str, nonce: str) -> bool:
        """Whether a nonce was used."""
        return self._storage.get("steps", run, f"nonce-{nonce}") is not None

    def _create(self, row: dict[str, Any]) -> bool:
        try:
            self._storage.create("steps", row)
        except AlreadyThere:
            return False
        return True


def outcome(votes: list[Vote], quorum: int) -> dict[str, str] | None:
    """What the votes decide: a rejection rejects, approvals of `quorum` approvers approve; None for not yet."""
    against = [vote for vote in votes if vote.decision == "reject"]
    if against:
        return _decision("reject", against[:1])
    voices: dict[str, Vote] = {}
    for vote in votes:
        voices.setdefault(vote.on_behalf, vote)
    return _decision("approve", list(voices.values())[:quorum]) if len(voices) >= quorum else None


def _decision(decision: str, votes: list[Vote]) -> dict[str, str]:
    reasons = [vote.reason for vote in votes if vote.reason]
    channels = dict.fromkeys(vote.channel for vote in votes)
    by = ", ".join(vote.by for vote in votes)
    return {"decision": decision, "by": by, "reason": "; ".join(reasons), "channel": ", ".join(channels)}


def _key(seq: int, kind: str, name: str) -> str:
    """A row key holds no slash, hash or question mark, and a percent sign is trouble: names of people may have them all."""
    return f"{seq:04d}-{kind}-" + quote(name, safe=" ").replace("%", "=")
