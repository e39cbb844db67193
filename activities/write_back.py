"""The way back of state: what Azure changed since it was enabled goes to AWS, then both sides are compared.

Lives here: what the steps have in common whose undoing this is. Never here: how it is known that AWS did not change meanwhile,
which is theirs to say.
"""

from activities import bulk
from activities.step import Done, Failed, Verdict, Work
from adapters.records import Digest, Json, Progress, WriteBackRules


def parts(work: Work) -> list[str]:
    """Every shard, if Azure may have written: its queues and timers work from `enable_target` on, clients come later."""
    return bulk.shards(work) if work.record.begun("enable_target") else []


def piece(
    work: Work, part: str, token: Json | None, seconds: float, *, copied: Digest | None = None, untouched: bool = False
) -> Progress:
    """Write one piece of one shard back; unless AWS is untouched, what differs on both sides is a conflict.

    Args:
        copied: what the source held when Azure was enabled: AWS is untouched if it still does.
        untouched: whether that is known otherwise; the token keeps what was known at the start of the shard.
    """
    name, shard = part.rsplit("~", 1)
    enabled = work.record.started("enable_target")
    if enabled is None:
        return Progress(0, 0, None)
    rules = WriteBackRules(enabled - work.plan.failback.clock_skew, copied, work.plan.failback.conflicts, untouched)
    return work.world.stores[name].write_back(int(shard), rules, token, seconds)


def proof(work: Work) -> Verdict:
    """Both sides hold the same again, but for the conflicts that were kept from overwriting."""
    if not work.record.begun("enable_target"):
        return Done({"written_back": 0})
    conflicts = sorted(key for progress in work.parts.values() for key in progress["conflicts"])
    if conflicts and work.plan.failback.conflicts == "stop":
        mend = "Decide with failback.conflicts or by hand, then retry."
        return Failed(f"both sides changed {conflicts}; AWS was left as it is", mend, "conflict")
    other = [part for part in bulk.shards(work) if not conflicts and not _equal(work, part)]
    if other:
        mend = "Find what still writes, then retry."
        return Failed(f"{', '.join(other)} differ after the write-back", mend, "state-differs")
    return Done({"written_back": sum(progress["items"] for progress in work.parts.values()), "conflicts": conflicts})


def _equal(work: Work, part: str) -> bool:
    name, shard = part.rsplit("~", 1)
    return work.world.stores[name].compare(int(shard)).equal
