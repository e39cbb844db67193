"""Promotions: who said that a bake need not go on, one row a line of the runbook, in the table of steps.

Lives here: the row's shape. Never here: which lines are bakes (the steps say so), what follows from it.
"""

from typing import Any

from ledger import values
from ledger.clock import now
from ledger.errors import AlreadyThere
from ledger.storage import Row, Storage


class Promotions:
    """A row's partition is the run, its row key the line's number and `-promoted`; written once, so the first word stands."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def keep(self, run: str, seq: int, by: str, reason: str) -> bool:
        """Write that somebody promoted this line; False when somebody had before."""
        said = values.canonical({"by": by, "reason": reason})
        row: Row = {"PartitionKey": run, "RowKey": f"{seq:04d}-promoted", "at": now(), "value": said}
        try:
            self._storage.create("steps", row)
        except AlreadyThere:
            return False
        return True

    def get(self, run: str, seq: int) -> dict[str, Any] | None:
        """`by`, `reason` and `at`; None when nobody did."""
        row = self._storage.get("steps", run, f"{seq:04d}-promoted")
        return {**values.unpack(row["value"], self._storage), "at": row["at"]} if row else None
