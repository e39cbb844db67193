"""Somebody answers for everything: roles, gates and approvers."""

from collections.abc import Iterator
from difflib import get_close_matches

from plan.model import Plan
from plan.problems import Finding
from plan.strategies import NEEDS


def check_strategy(plan: Plan) -> Iterator[Finding]:
    """The needs of the strategy: its roles, its gates, its way with state."""
    needs = NEEDS[plan.strategy]
    for role in sorted(needs.roles - plan.owners.keys()):
        mend = f"Add `{role}` with a name and a contact; one person may hold several roles"
        yield Finding(("owners", role), f"the role `{role}` of {plan.strategy} has no owner", mend)
    for gate in needs.gates:
        if gate not in plan.approvals:
            yield Finding(("approvals", gate), f"{plan.strategy} has the gate `{gate}`", f"Add `{gate}` with its approvers")
    if not needs.copies_state and plan.state.ladder is None and (plan.state.stores or plan.state.queues):
        what = f"{plan.strategy} never stops the writers, so a mere copy would lose writes"
        mend = "Let the app use the bridge library (docs/bridge.md) and add state.ladder, or choose another strategy"
        yield Finding(("state", "ladder"), what, mend)


def check_approvers(plan: Plan) -> Iterator[Finding]:
    """Who may decide is a person whom the night shift can reach."""
    names = sorted({owner.name for owner in plan.owners.values()})
    for gate, approval in plan.approvals.items():
        for index, name in enumerate(approval.approvers):
            path = ("approvals", gate, "approvers", index)
            if name in approval.approvers[:index]:
                yield Finding(path, f"{name} stands twice", "Name each approver once")
            elif name not in names:
                close = get_close_matches(name, names, n=1)
                mend = f"Did you mean {close[0]}?" if close else f"Use the name of an owner: {', '.join(names)}"
                yield Finding(path, f"{name} is not the name of an owner", mend)
