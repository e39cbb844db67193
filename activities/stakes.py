"""What is at stake at the last gate: what becomes impossible, how old the way back is, how far both sides have grown apart.

Lives here: reading that once, when the gate opens. Never here: the decision.
"""

from adapters.errors import AdapterError
from adapters.records import Json
from adapters.world import World
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.steps import StepRow
from plan.model import Plan

_NAMED = 1000
"""Items that differ are counted up to that many."""
IMPOSSIBLE = (
    "abort, a rejection and `dayzero failback` are refused",
    "what Azure has written is not written back to AWS any more",
    "changes of AWS are not read any more",
)
INSTEAD = (
    "Stay on Azure: mend forward. The source is dormant, with its code and the data that it had at the switch; "
    "to leave Azure later, plan a migration of its own."
)


def stakes(ledger: Ledger, run: Run, plan: Plan, world: World) -> Json:
    """`impossible` and `instead` (sentences), the moments `way_back_proven` and `azure_writes_since`, `data` by store."""
    rows = {row.name: row for row in ledger.steps.all(run.run)}
    return {
        "impossible": list(IMPOSSIBLE),
        "instead": INSTEAD,
        "way_back_proven": _ended(rows.get("confirm_failback")),
        "azure_writes_since": (rows["enable_target"].started if "enable_target" in rows else None),
        "source_stays": [function.name for function in plan.source.functions],
        "data": {name: _compared(world, name) for name in world.stores},
    }


def _ended(row: StepRow | None) -> str | None:
    return row.ended if row is not None else None


def _compared(world: World, name: str) -> Json:
    """One shard as a sample of its store; a store that does not answer must not keep the gate from opening."""
    store = world.stores[name]
    try:
        found = store.compare(0, _NAMED)
    except AdapterError as error:
        return {"unknown": error.message}
    items = {"on_aws": found.source.items, "on_azure": found.target.items, "differ": len(found.differing)}
    return {"compared": f"shard 1 of {store.shards}", **items}
