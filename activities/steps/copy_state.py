"""The step that copies the state while nobody writes it."""

from datetime import timedelta

from activities import bulk
from activities.step import Done, Step, Verdict, Waiting, Work
from adapters.records import Json, Progress


class CopyState(Step):
    """Copy every store in shards, and carry over what is left in queues."""

    owner = "data"
    instruction = "Copy {stores} to Azure, shard by shard, and move the messages that are left in queues that are not drained."
    expected = "Every shard is copied to its end and no message is left in AWS."
    validation = "Every shard reports its end; the queues are read."
    rollback = "What was copied is removed from Azure, messages go back to AWS; stores that were not empty are left alone."
    break_glass = "Messages go back through the machine that runs the command, which clears the copy: it needs a way to both."
    estimate = timedelta(minutes=15)

    def snapshot(self, work: Work) -> Json:
        """How many items the targets hold."""
        return bulk.target_items(work)

    def do(self, work: Work, before: Json) -> Json:
        """Make the containers."""
        bulk.prepare(work)
        return {}

    def parts(self, work: Work, before: Json) -> list[str]:
        """Every shard of every store, every queue whose leftovers move."""
        return bulk.shards(work) + [f"{name}~queue" for name in bulk.moved(work)]

    def do_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """One piece of one shard, or of one queue."""
        return bulk.copy_piece(work, part, token, seconds)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Queues are empty; contents are compared by the next step."""
        left = bulk.not_empty(work)
        if left:
            return Waiting(f"messages in {', '.join(left)}")
        items = {part: progress["items"] for part, progress in work.parts.items()}
        return Done({"items": items, "bytes": sum(progress["bytes"] for progress in work.parts.values())})

    def undo_parts(self, work: Work, before: Json) -> list[str]:
        """Queues give back; a queue that was drained gets what Azure has not worked off."""
        return bulk.queues(work)

    def undo_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """One piece of one queue's way back."""
        return bulk.return_piece(work, part, seconds)

    def undone(self, work: Work, before: Json) -> Verdict:
        """The target is as empty as it was."""
        return bulk.cleared(work, before)
