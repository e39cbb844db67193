"""Who may pause, resume, abort, promote and retry: people of the plan, and holders of a role. Everybody else only looks.

Lives here: the rule, for people whom Entra ID or Teams vouches for. Never here: decisions at gates (approvers.py). Who has a
function key or signs events is automation, and answers for the name that it says.
"""

from approvals.approvers import Person
from approvals.errors import NotAllowed
from approvals.identity import owners_of
from approvals.refusals import record_refusal
from ledger.ledger import Ledger
from ledger.runs import Run

ROLE = "dayzero.operator"
"""App role of Entra ID whose holders may do so in every run."""
_VOUCHED = {"entra", "teams"}


def refuse_strangers(ledger: Ledger, run: Run, person: Person, action: str) -> None:
    """Let owners of the plan, holders of a role of one of its gates, and operators pass.

    Raises:
        NotAllowed: 403 for anybody else; recorded, and the run hears nothing of it.
    """
    roles = {ROLE, *(role for rules in run.plan["approvals"].values() for role in rules.get("roles", []))}
    known = {owner.name for owner in owners_of(run)}
    if person.channel not in _VOUCHED or person.name in known or person.roles & roles:
        return
    mend = f"Ask one of: {', '.join(sorted(known))}; or have the app role {ROLE} assigned."
    refusal = NotAllowed(403, f"{person.name} is nobody in the plan and no operator: {action} is not theirs to ask.", mend)
    record_refusal(ledger, run.run, refusal, person, decision=action)
    raise refusal
