"""Rehearsals: which runs are some, what was broken in each, and when it struck.

Lives here: the row's shape. Never here: what came of it; the run itself says that (rehearsal/results.py).
"""

from dataclasses import dataclass

from ledger.clock import now
from ledger.errors import AlreadyThere
from ledger.storage import Row, Storage


@dataclass(frozen=True)
class Rehearsal:
    """One run in which something is broken on purpose. Times are ISO 8601 in UTC."""

    run: str
    workload: str
    strategy: str
    step: str
    mode: str
    plan_hash: str
    code_version: str
    at: str
    struck: str | None = None
    """When the failure struck first; None: it never did."""
    where: str = ""
    """Step, phase and call that it struck first."""
    lifted: bool = False
    """Whether somebody ended the failure, so that the run can be retried."""


class Rehearsals:
    """A row's partition is the workload, its row key the run."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def create(self, rehearsal: Rehearsal) -> bool:
        """Write a rehearsal before its run begins; False when it is there already."""
        row: Row = {"PartitionKey": rehearsal.workload, "RowKey": rehearsal.run, "lifted": False}
        row |= {name: getattr(rehearsal, name) for name in ("strategy", "step", "mode", "plan_hash", "code_version", "at")}
        try:
            self._storage.create("rehearsals", row)
        except AlreadyThere:
            return False
        return True

    def get(self, workload: str, run: str) -> Rehearsal | None:
        """The rehearsal that a run is; None when it is none."""
        row = self._storage.get("rehearsals", workload, run)
        return _read(row) if row else None

    def of(self, workload: str) -> list[Rehearsal]:
        """Rehearsals of a workload, oldest first."""
        return sorted((_read(row) for row in self._storage.partition("rehearsals", workload)), key=lambda one: one.at)

    def strike(self, workload: str, run: str, where: str) -> None:
        """Keep when and where the failure struck; the first time counts."""
        row = self._storage.get("rehearsals", workload, run)
        if row is not None and not row.get("struck"):
            self._change(workload, run, struck=now(), where=where)

    def lift(self, workload: str, run: str) -> None:
        """From now on nothing is broken in this run."""
        self._change(workload, run, lifted=True)

    def _change(self, workload: str, run: str, **changes: str | bool) -> None:
        self._storage.merge("rehearsals", {"PartitionKey": workload, "RowKey": run, **changes})


def _read(row: Row) -> Rehearsal:
    return Rehearsal(
        run=row["RowKey"],
        workload=row["PartitionKey"],
        strategy=row["strategy"],
        step=row["step"],
        mode=row["mode"],
        plan_hash=row["plan_hash"],
        code_version=row["code_version"],
        at=row["at"],
        struck=row.get("struck") or None,
        where=row.get("where") or "",
        lifted=bool(row.get("lifted")),
    )
