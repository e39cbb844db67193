"""Whether failures may be injected into what a plan names: only where the plan says so twice."""

import os

from plan.model import Plan

MEND = "Name account and subscription of a rehearsal environment under `rehearsal`, and rehearse nowhere else."


def refusal(plan: Plan) -> str:
    """Why nothing may be broken; empty when it may."""
    said = plan.rehearsal
    if said is None or said.account is None or said.subscription is None:
        return "the plan does not say under `rehearsal` in which account and subscription it may be rehearsed"
    if said.account != plan.source.account:
        return f"the plan may be rehearsed in account {said.account}, but its source is in {plan.source.account}"
    if said.subscription.lower() != plan.target.subscription.lower():
        return f"the plan may be rehearsed in subscription {said.subscription}, but its target is in {plan.target.subscription}"
    return ""


def refuses_runs(plan: Plan) -> str:
    """Why this agent carries no run of the plan: it breaks calls on purpose, and nothing of the plan's may be broken."""
    why = refusal(plan) if os.environ.get("DAYZERO_WORLD_WRAPPER") else ""
    return f"This agent is for rehearsals, and {why}." if why else ""
