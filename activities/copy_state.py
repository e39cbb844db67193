"""The step that copies the state while nobody writes it."""

from datetime import timedelta

from activities.step import Done, Failed, Step, Verdict, Waiting, Work
from adapters.records import Json, Progress


class CopyState(Step):
    """Copy every store in shards, and carry over what is left in queues."""

    owner = "data"
    instruction = "Copy {stores} to Azure, shard by shard, and move the messages that are left in queues that are not drained."
    expected = "Every shard is copied to its end and no message is left in AWS."
    validation = "Every shard reports its end; the queues are read."
    rollback = "What was copied is removed from Azure, messages go back to AWS; stores that were not empty are left alone."
    estimate = timedelta(minutes=15)

    def snapshot(self, work: Work) -> Json:
        """How many items the targets hold: none, or the prerequisites would have failed."""
        return {"target_items": {name: store.count()[1] for name, store in work.world.stores.items()}}

    def do(self, work: Work, before: Json) -> Json:
        """Make the containers."""
        for store in work.world.stores.values():
            store.prepare()
        for mover in work.world.movers.values():
            mover.prepare()
        return {}

    def parts(self, work: Work, before: Json) -> list[str]:
        """Every shard of every store, every queue whose leftovers move."""
        shards = [f"{name}~{shard}" for name, store in work.world.stores.items() for shard in range(store.shards)]
        return shards + [f"{name}~queue" for name in _moved(work)]

    def do_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """One piece of one shard, or of one queue."""
        name, shard = part.rsplit("~", 1)
        if shard != "queue":
            return work.world.stores[name].copy(int(shard), token, seconds)
        return work.world.movers[name].to_target(seconds)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Queues are empty; contents are compared by the next step."""
        left = [name for name in _moved(work) if not work.world.movers[name].source_depth().empty]
        if left:
            return Waiting(f"messages in {', '.join(left)}")
        items = {part: progress["items"] for part, progress in work.parts.items()}
        return Done({"items": items, "bytes": sum(progress["bytes"] for progress in work.parts.values())})

    def undo_parts(self, work: Work, before: Json) -> list[str]:
        """Queues give back; a queue that was drained gets what Azure has not worked off."""
        return [f"{name}~queue" for name in work.world.movers]

    def undo_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """One piece of one queue's way back."""
        return work.world.movers[part.rsplit("~", 1)[0]].to_source(seconds)

    def undone(self, work: Work, before: Json) -> Verdict:
        """Clear what was copied; only after the write-back, which is the undoing of the steps that come later."""
        if work.plan.failback.keep_target_data:
            return Done({"target_data": "kept"})
        cleared = [name for name, items in before["target_items"].items() if items == 0]
        for name in cleared:
            work.world.stores[name].clear_target()
        left = [name for name in cleared if work.world.stores[name].count()[1]]
        if left:
            return Failed(f"{', '.join(left)} still hold items on Azure", "Stop what writes to them, then retry.")
        return Done({"cleared": cleared})


def _moved(work: Work) -> list[str]:
    return [queue.name for queue in work.plan.state.queues if queue.leftover == "move"]
