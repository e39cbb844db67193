"""How an activity gets what it works with: the ledger, the run's plan, the world of that plan.

Lives here: loading, once a process for what never changes. Never here: deeds.
"""

from functools import lru_cache

from adapters.ports import Web
from adapters.wiring import world_for
from adapters.world import World
from ledger.errors import TakenOver
from ledger.ledger import Ledger, open_ledger
from ledger.runs import Run
from plan.model import Plan


@lru_cache(maxsize=32)
def started(run: str) -> tuple[Run, Plan]:
    """The run as it was started and its plan; what changes later (its state) must be read afresh."""
    row = open_ledger().runs.get(run)
    return row, Plan.model_validate(row.plan)


def workplace(run: str, holder: str = "", step: str = "", phase: str = "act", line: int = 0) -> tuple[Ledger, Run, Plan, World]:
    """Everything that a deed needs.

    Args:
        run: id of the run.
        holder: the session that took the run over; nothing for the run's orchestration.
        step: name of the step that works, or of the act between steps that asks the clouds.
        phase: `do` or `undo` of a step; `act`.
        line: number of the step's line.

    Raises:
        TakenOver: somebody else carries the run; nothing may be changed.
    """
    row, plan = started(run)
    ledger = open_ledger()
    if ledger.runs.holder(row.workload, run) != holder:
        raise TakenOver(run)
    return ledger, row, plan, world_for(_of_this_machine(plan) if holder else plan, run, step, phase, line)


def world_of_act(plan: Plan, run: str, act: str, line: int) -> World:
    """The world as an act between steps sees it."""
    return world_for(plan, run, act, "act", line)


def by_hand(run: str) -> tuple[Ledger, Run, Plan, World]:
    """The same for a run that has ended, read afresh, in a person's own process."""
    ledger = open_ledger()
    row = ledger.runs.get(run)
    plan = Plan.model_validate(row.plan)
    return ledger, row, plan, world_for(_of_this_machine(plan), run)


def web_of(plan: Plan) -> Web:
    """How requests are sent for this plan."""
    return world_for(plan).web


def _of_this_machine(plan: Plan) -> Plan:
    """The plan without the role that trusts the agent's identity only: who works by hand signs in as boto3 finds it."""
    return plan.model_copy(update={"source": plan.source.model_copy(update={"role_arn": None})})
