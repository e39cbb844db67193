"""The step that switches off what replication needed, once Azure holds the truth."""

from datetime import timedelta

from activities.source_state import differences
from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Json
from plan.model import Plan


class StopReplication(Step):
    """Switch change streams off that this run switched on, and take its notifications away."""

    owner = "data"
    instruction = "Restore the settings of streams and notifications of {stores}."
    expected = "The settings are as they were before the run."
    validation = "They are read back and compared with the ledger."
    rollback = "None: the run is past its point of no return; the settings are as they were."
    break_glass = "Refused: it stands after finalize."
    estimate = timedelta(minutes=1)

    def do(self, work: Work, before: Json) -> Json:
        """Settings as they were."""
        recorded = work.record.before("start_replication")
        for name, replication in work.world.replications.items():
            replication.restore(recorded[name])
        return {}

    def verify(self, work: Work, before: Json) -> Verdict:
        """Read them back."""
        found = {name: replication.snapshot() for name, replication in work.world.replications.items()}
        changed = differences(work.record.before("start_replication"), found)
        return Failed(f"settings differ: {'; '.join(changed)}", "Restore them by hand, then retry.") if changed else Done()

    def touches(self, plan: Plan) -> tuple[str, ...]:
        """Streams, and who is told of changes in buckets."""
        return ("replication", "buckets")
