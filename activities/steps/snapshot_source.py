"""The step that records how the source is before anything changes."""

from datetime import timedelta

from activities.source_state import differences, fingerprint, source_state
from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Json


class SnapshotSource(Step):
    """Record in the ledger all the AWS state that later steps may change."""

    owner = "aws"
    instruction = "Record functions {functions}, their triggers and concurrency, APIs {apis}, rules {rules} and {router}."
    expected = "The ledger holds the whole state of the source and its fingerprint."
    validation = "The source is read a second time and gives the same fingerprint."
    rollback = "Nothing to restore: reading changes nothing."
    estimate = timedelta(minutes=1)

    def snapshot(self, work: Work) -> Json:
        """The state itself is the before-state that a failback is measured against."""
        return source_state(work.plan, work.world)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Read again: a source that changes while it is read cannot be promised back."""
        found = source_state(work.plan, work.world)
        changed = differences(before, found)
        if changed:
            return Failed(
                f"the source changed while it was recorded: {'; '.join(changed[:5])}", "Stop deployments, then start again."
            )
        return Done({"fingerprint": fingerprint(before)})
