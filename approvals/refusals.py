"""Recording what was refused, also of people whom nobody knows.

Lives here: the event. Never here: the reasons; whoever refuses gives them.
"""

from approvals.approvers import Person
from approvals.errors import NotAllowed
from ledger.ledger import Ledger

NOWHERE = "_doors"
"""Partition of refusals that name no run; no run can have this id."""


def record_refusal(ledger: Ledger, run: str, refusal: NotAllowed, person: Person, gate: str = "", decision: str = "") -> None:
    """Append the refusal to the run's events; nothing else is written, and nobody is woken up."""
    detail = {"gate": gate[:100], "decision": decision[:100], "channel": person.channel}
    who = person.name[:200] or "unknown"
    ledger.events.append(run, "refused", f"A decision was refused: {refusal}"[:1000], who=who, detail=detail)
