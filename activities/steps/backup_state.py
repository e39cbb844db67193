"""The step that copies the state while clients go on writing it."""

from datetime import timedelta

from activities import bulk
from activities.step import Done, Step, Verdict, Work
from adapters.records import Json, Progress


class BackupState(Step):
    """Copy every store in shards while the workload lives; what changes meanwhile is brought over afterwards."""

    owner = "data"
    instruction = "Copy {stores} to Azure, shard by shard, while clients go on."
    expected = "Every shard is copied to its end."
    validation = "Every shard reports its end; contents are compared once nobody writes."
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
        """Every shard of every store."""
        return bulk.shards(work)

    def do_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """One piece of one shard."""
        return bulk.copy_piece(work, part, token, seconds)

    def verify(self, work: Work, before: Json) -> Verdict:
        """All parts are at their end."""
        items = {part: progress["items"] for part, progress in work.parts.items()}
        return Done({"items": items, "bytes": sum(progress["bytes"] for progress in work.parts.values())})

    def undo_parts(self, work: Work, before: Json) -> list[str]:
        """Queues give back what Azure has not worked off."""
        return bulk.queues(work)

    def undo_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """One piece of one queue's way back."""
        return bulk.return_piece(work, part, seconds)

    def undone(self, work: Work, before: Json) -> Verdict:
        """The target is as empty as it was."""
        return bulk.cleared(work, before)
