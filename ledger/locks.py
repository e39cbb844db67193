"""Locks: one live run a workload.

A lock has no time limit: a lease that runs out would let a second run begin while the first waits at a gate. It ends with
its run.
"""

from ledger.clock import now
from ledger.errors import AlreadyThere, Changed, WorkloadBusy
from ledger.storage import Storage

_PARTITION = "workload"


class Locks:
    """Which run holds which workload."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def take(self, workload: str, run: str) -> None:
        """Hold the workload for this run; holding it already is no error.

        Raises:
            WorkloadBusy: another run holds it.
        """
        row = {"PartitionKey": _PARTITION, "RowKey": workload, "run": run, "since": now()}
        while True:
            try:
                return self._storage.create("locks", row)
            except AlreadyThere:
                holder = self.holder(workload)
            if holder == run:
                return None
            if holder is not None:
                raise WorkloadBusy(workload, holder)

    def holder(self, workload: str) -> str | None:
        """The run that holds the workload."""
        row = self._storage.get("locks", _PARTITION, workload)
        return str(row["run"]) if row else None

    def since(self, workload: str) -> str | None:
        """Since when the workload is held."""
        row = self._storage.get("locks", _PARTITION, workload)
        return str(row["since"]) if row else None

    def release(self, workload: str, run: str) -> None:
        """Let go of the workload if this run holds it."""
        row = self._storage.get("locks", _PARTITION, workload)
        if row is None or row["run"] != run:
            return
        try:
            self._storage.delete("locks", _PARTITION, workload, etag=row["etag"])
        except Changed:  # somebody else let go and took it in between: it is theirs now
            return
