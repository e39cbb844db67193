"""The step that proves that both sides hold the same, and on the way back makes it true again."""

from dataclasses import asdict
from datetime import timedelta

from activities import bulk
from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Digest, Json, Progress, WriteBackRules


class VerifyState(Step):
    """Compare every shard of every store by count and by content; on failback, write back what Azure has taken."""

    owner = "data"
    instruction = "Count and hash {stores} on both sides, type by type, and compare."
    expected = "Every shard has the same number of items and the same hash on both sides."
    validation = "Order-independent hashes of canonical, type-aware values, read from both stores."
    rollback = (
        "What Azure changed or deleted since it was enabled is written back to AWS; conflicts are listed, never overwritten."
    )
    estimate = timedelta(minutes=10)

    def parts(self, work: Work, before: Json) -> list[str]:
        """Every shard of every store."""
        return bulk.shards(work)

    def do_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """Compare one shard; the figures are the evidence."""
        name, shard = part.rsplit("~", 1)
        found = work.world.stores[name].compare(int(shard))
        return Progress(found.source.items, 0, None, found.differing, {**asdict(found), "equal": found.equal})

    def verify(self, work: Work, before: Json) -> Verdict:
        """Every shard is equal, or its differences are within what the plan allows."""
        allowed = {store.name: store.unexplained_differences for store in work.plan.state.stores}
        other = {part: found["conflicts"] for part, found in work.parts.items() if not found["note"]["equal"]}
        if any(len(keys) > allowed[part.rsplit("~", 1)[0]] or not keys for part, keys in other.items()):
            return Failed(f"contents differ: {other}", "Find what wrote during the window; then start again.", "state-differs")
        return Done(
            {"items": sum(found["items"] for found in work.parts.values()), "differing": other, "hashes": _hashes(work.parts)}
        )

    def undo_parts(self, work: Work, before: Json) -> list[str]:
        """Every shard, if Azure may have written: its queues and timers work from `enable_target` on, clients come later."""
        return bulk.shards(work) if work.record.begun("enable_target") else []

    def undo_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """Write one piece of one shard back; items that changed on both sides are conflicts."""
        name, shard = part.rsplit("~", 1)
        enabled = work.record.started("enable_target")
        if enabled is None:
            return Progress(0, 0, None)
        copied = work.record.parts(self.name).get(part, {}).get("note")
        digest = Digest(**copied["source"]) if copied else None
        rules = WriteBackRules(enabled - work.plan.failback.clock_skew, digest, work.plan.failback.conflicts)
        return work.world.stores[name].write_back(int(shard), rules, token, seconds)

    def undone(self, work: Work, before: Json) -> Verdict:
        """Both sides hold the same again, but for the conflicts that were kept from overwriting."""
        if not work.record.begun("enable_target"):
            return Done({"written_back": 0})
        conflicts = sorted(key for progress in work.parts.values() for key in progress["conflicts"])
        if conflicts and work.plan.failback.conflicts == "stop":
            mend = "Decide with failback.conflicts or by hand, then retry."
            return Failed(f"both sides changed {conflicts}; AWS was left as it is", mend, "conflict")
        other = [part for part in bulk.shards(work) if not conflicts and not _equal(work, part)]
        if other:
            return Failed(
                f"{', '.join(other)} differ after the write-back", "Find what still writes, then retry.", "state-differs"
            )
        return Done({"written_back": sum(progress["items"] for progress in work.parts.values()), "conflicts": conflicts})


def _equal(work: Work, part: str) -> bool:
    name, shard = part.rsplit("~", 1)
    return work.world.stores[name].compare(int(shard)).equal


def _hashes(parts: dict[str, Json]) -> dict[str, str]:
    return {part: found["note"]["source"]["sha256"] for part, found in sorted(parts.items())}
