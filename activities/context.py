"""How an activity gets what it works with: the ledger, the run's plan, the world of that plan.

Lives here: loading, once a process for what never changes. Never here: deeds.
"""

from functools import lru_cache

from adapters.wiring import world_for
from adapters.world import World
from ledger.ledger import Ledger, open_ledger
from ledger.runs import Run
from plan.model import Plan


@lru_cache(maxsize=32)
def started(run: str) -> tuple[Run, Plan]:
    """The run as it was started and its plan; what changes later (its state) must be read afresh."""
    row = open_ledger().runs.get(run)
    return row, Plan.model_validate(row.plan)


def workplace(run: str) -> tuple[Ledger, Run, Plan, World]:
    """Everything that a deed needs."""
    row, plan = started(run)
    return open_ledger(), row, plan, world_for(plan)
