"""The step that proves that both sides hold the same, and on the way back makes it true again."""

from datetime import timedelta

from activities import bulk, comparing, write_back
from activities.step import Step, Verdict, Work
from adapters.records import Digest, Json, Progress


class VerifyState(Step):
    """Compare every shard of every store by count and by content; on failback, write back what Azure has taken."""

    owner = "data"
    instruction = "Count and hash {stores} on both sides, type by type, and compare."
    expected = "Every shard has the same number of items and the same hash on both sides."
    validation = "Order-independent hashes of canonical, type-aware values, read from both stores."
    rollback = (
        "What Azure changed or deleted since it was enabled is written back to AWS; conflicts are listed, never overwritten."
    )
    break_glass = "Data that is written back passes the machine that runs the command: it needs a way to both sides' stores."
    estimate = timedelta(minutes=10)

    def parts(self, work: Work, before: Json) -> list[str]:
        """Every shard of every store."""
        return bulk.shards(work)

    def do_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """Compare one shard."""
        name, shard = part.rsplit("~", 1)
        return comparing.progress(work.world.stores[name].compare(int(shard)))

    def verify(self, work: Work, before: Json) -> Verdict:
        """Every shard is equal, or its differences are within what the plan allows."""
        return comparing.judged(work)

    def undo_parts(self, work: Work, before: Json) -> list[str]:
        """Every shard, if Azure may have written."""
        return write_back.parts(work)

    def undo_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """Write one piece back; AWS is untouched if a shard still has the hash that was compared."""
        copied = work.record.parts(self.name).get(part, {}).get("note")
        return write_back.piece(work, part, token, seconds, copied=Digest(**copied["source"]) if copied else None)

    def undone(self, work: Work, before: Json) -> Verdict:
        """Both sides hold the same again."""
        return write_back.proof(work)
