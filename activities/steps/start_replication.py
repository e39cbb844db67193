"""The step from which on nothing that is written to the source can be missed."""

from datetime import timedelta

from activities.source_state import differences
from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Json
from plan.model import Plan


class StartReplication(Step):
    """Make changes of the source visible, and note the position from which they are brought over later."""

    owner = "data"
    instruction = (
        "Switch change streams of {stores} on where there are none, let buckets notify the queues that the plan names for it, "
        "and note the position of now."
    )
    expected = "Whatever is written from now on can be brought to Azure, however long the copy takes (streams keep 24 hours)."
    validation = "The positions are in the ledger before the copy begins."
    rollback = "Streams that this run switched on are switched off again; its queues and notifications are taken away."
    estimate = timedelta(minutes=2)

    def snapshot(self, work: Work) -> Json:
        """Settings as they are."""
        return _settings(work)

    def do(self, work: Work, before: Json) -> Json:
        """Begin; asked again it gives later positions, which is right as long as no copy has begun."""
        return {"positions": {name: replication.begin() for name, replication in work.world.replications.items()}}

    def verify(self, work: Work, before: Json) -> Verdict:
        """There is a position for every store."""
        return Done()

    def undo(self, work: Work, before: Json) -> Json:
        """Settings as they were."""
        for name, replication in work.world.replications.items():
            replication.restore(before[name])
        return {}

    def undone(self, work: Work, before: Json) -> Verdict:
        """Read them back."""
        changed = differences(before, _settings(work))
        return Failed(f"settings differ: {'; '.join(changed)}", "Restore them by hand from the ledger.") if changed else Done()

    def touches(self, plan: Plan) -> tuple[str, ...]:
        """Streams, and who is told of changes in buckets."""
        return ("replication", "buckets")


def _settings(work: Work) -> Json:
    return {name: replication.snapshot() for name, replication in work.world.replications.items()}
