"""The step that compares the whole copy while clients go on, so that the window need not.

Why nothing is missed by this step and `verify_delta` together: call P the position from which this step looks for changes,
noted in the ledger before the first item is read. Only changes from P on are applied to the copy from then on, and every key
whose item changes after P is named by the replication sooner or later; all named keys are kept until the window, where each
is compared when nobody writes. Take any other key. Neither side of it changed since before the first reading, so what was
read of it here, at whatever moment, is what both sides hold in the window. If it differed, then its part of the keys differed
in the first reading, and the second reading named it: here it is compared again, and as nothing moves it, it never becomes
equal, and the run goes no further. A repeated try goes on from the same P with the same keys, since parts that were compared
before are not read again. `recheck_touched` may shorten the list later; see there.
"""

from datetime import timedelta

from activities import bulk, comparing, deltas, settling
from activities.step import Failed, Step, Verdict, Work
from adapters.records import Json, Progress
from adapters.replication import KEYS_AT_MOST


class VerifyBackup(Step):
    """Compare every shard of every store while clients go on; what they change meanwhile is brought over and compared again."""

    owner = "data"
    instruction = "Count and hash {stores} on both sides while clients go on; apply changes and compare what differed again."
    expected = "Every item that differed, because it changed while it was read, was the same on both sides afterwards."
    validation = "Hashes of canonical, type-aware values; items that differ are read from both stores again, one by one."
    rollback = "Nothing to restore: what was brought over goes with the copy."
    estimate = timedelta(minutes=10)

    def do(self, work: Work, before: Json) -> Json:
        """Note the position; a repeated try keeps the first one and all keys touched since."""
        begun = deltas.begun(work)
        return begun if work.record.evidence(self.name) else begun | {"touched": {}}

    def parts(self, work: Work, before: Json) -> list[str]:
        """Every shard of every store."""
        return bulk.shards(work)

    def do_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """Compare one shard; all keys that differ are needed."""
        name, shard = part.rsplit("~", 1)
        return comparing.progress(work.world.stores[name].compare(int(shard), KEYS_AT_MOST))

    def verify(self, work: Work, before: Json) -> Verdict:
        """Bring over what moved, and compare what differed, until each item was the same once."""
        full = [part for part, found in work.parts.items() if len(found["note"]["differing"]) >= KEYS_AT_MOST]
        if full:
            mend = "Compare in a quieter hour, or choose planned downtime; if nothing is written, the copy is wrong."
            return Failed(f"{KEYS_AT_MOST} items or more differ in {', '.join(full)}", mend, "state-differs")
        return settling.verdict(work, self.name)
