"""Somebody answers for everything: roles, gates and approvers."""

from collections.abc import Iterator
from difflib import get_close_matches

from plan.model import Plan
from plan.people import Gate, GateName
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
        yield from _check_electorate(gate, approval, names)


def _check_electorate(gate: GateName, approval: Gate, names: list[str]) -> Iterator[Finding]:
    """Enough people can decide, by ways that can bring them to the gate."""
    path = ("approvals", gate)
    if approval.quorum > len(approval.approvers) and not approval.roles:
        what = f"{approval.quorum} must approve, and there are {len(approval.approvers)} approvers"
        yield Finding((*path, "quorum"), what, "Name more approvers, or ask for fewer")
    if approval.roles and "entra" not in approval.channels:
        yield Finding((*path, "roles"), "roles are known through Entra ID only", "Add `entra` to the gate's channels")
    for name, stand_ins in approval.delegates.items():
        if name not in approval.approvers:
            yield Finding((*path, "delegates", name), f"{name} is no approver of the gate", "Delegate for approvers only")
        for index, stand_in in enumerate(stand_ins):
            here = (*path, "delegates", name, index)
            if stand_in not in names:
                yield Finding(here, f"{stand_in} is not the name of an owner", f"Use one of: {', '.join(names)}")
            elif stand_in == name:
                yield Finding(here, f"{name} stands in for themselves", "Name somebody else")


def check_identities(plan: Plan) -> Iterator[Finding]:
    """One identity is one person."""
    people: dict[str, str] = {}
    for role, owner in plan.owners.items():
        if owner.identity is None:
            continue
        first = people.setdefault(owner.identity.lower(), owner.name)
        if first != owner.name:
            mend = "Give each person the own object id or user name"
            yield Finding(("owners", role, "identity"), f"{first} has the same identity as {owner.name}", mend)
