"""The step that ends the maintenance."""

from datetime import timedelta

from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Json


class CloseWindow(Step):
    """Say how long the workload was down. Clients are served by Azure from here on."""

    owner = "lead"
    instruction = "Note the end of the maintenance and how long it took."
    expected = "The downtime is known: from the closing of the source to the first proof that clients are served by Azure."
    validation = "Both moments are read from the ledger."
    rollback = "Nothing to restore: noting changes nothing."
    estimate = timedelta(minutes=1)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Take both moments from the record."""
        closed, served = work.record.started("quiesce_source"), work.record.ended("verify_traffic")
        if closed is None or served is None:
            return Failed(
                "the ledger does not say when the source was closed or clients were served", "Look at the steps before."
            )
        return Done({"downtime_seconds": round((served - closed).total_seconds(), 1)})
