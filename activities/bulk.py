"""What the steps that copy state in bulk have in common: shards of stores, leftovers of queues, the clearing of the target.

Lives here: parts by name (`store~3`, `queue~queue`). Never here: when a copy is right; the steps know that.
"""

from activities.step import Done, Failed, Verdict, Work
from adapters.records import Json, Progress

_WRITE_BACK = ("verify_state", "verify_delta")
"""Steps whose undoing brings home what Azure wrote."""


def shards(work: Work) -> list[str]:
    """Every shard of every store."""
    return [f"{name}~{shard}" for name, store in work.world.stores.items() for shard in range(store.shards)]


def moved(work: Work) -> list[str]:
    """Queues whose leftovers are carried over."""
    return [queue.name for queue in work.plan.state.queues if queue.leftover == "move"]


def not_empty(work: Work) -> list[str]:
    """Queues to be moved that AWS still holds messages of."""
    return [name for name in moved(work) if not work.world.movers[name].source_depth().empty]


def copy_piece(work: Work, part: str, token: Json | None, seconds: float) -> Progress:
    """One piece of one shard, or of one queue, to Azure."""
    name, shard = part.rsplit("~", 1)
    if shard == "queue":
        return work.world.movers[name].to_target(seconds)
    return work.world.stores[name].copy(int(shard), token, seconds)


def return_piece(work: Work, part: str, seconds: float) -> Progress:
    """One piece of one queue back to AWS."""
    return work.world.movers[part.rsplit("~", 1)[0]].to_source(seconds)


def queues(work: Work) -> list[str]:
    """Parts of the way back: every queue, for Azure may hold messages of one that was drained, too."""
    return [f"{name}~queue" for name in work.world.movers]


def prepare(work: Work) -> None:
    """Make the containers and queues of the target."""
    for store in work.world.stores.values():
        store.prepare()
    for mover in work.world.movers.values():
        mover.prepare()


def target_items(work: Work) -> Json:
    """How many items the targets hold: none, or the prerequisites would have failed."""
    return {"target_items": {name: store.count()[1] for name, store in work.world.stores.items()}}


def cleared(work: Work, before: Json) -> Verdict:
    """Clear what was copied, only after the write-back, the undoing of a later step, has succeeded."""
    kept = [step for step in _WRITE_BACK if work.record.begun(step) and not work.record.undone(step)]
    if kept and work.record.begun("enable_target"):
        return Failed(f"Azure holds what is not written back: {kept[0]} is not undone", "Settle that, then retry.", "conflict")
    if work.plan.failback.keep_target_data:
        return Done({"target_data": "kept"})
    names = [name for name, items in before["target_items"].items() if items == 0]
    for name in names:
        work.world.stores[name].clear_target()
    left = [name for name in names if work.world.stores[name].count()[1]]
    if left:
        return Failed(f"{', '.join(left)} still hold items on Azure", "Stop what writes to them, then retry.")
    return Done({"cleared": names})
