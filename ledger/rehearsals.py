"""Rehearsals: which runs are some, what is broken in each, and when it struck.

Lives here: the rows' shapes. Never here: what came of it; the run itself says that (rehearsal/results.py).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.clock import now
from ledger.errors import AlreadyThere
from ledger.storage import Row, Storage

Place = tuple[str, str]
"""Where something is broken, and how: a step (or an act between steps) and a failure mode."""


@dataclass(frozen=True)
class Rehearsal:
    """One run in which something is broken on purpose. Times are ISO 8601 in UTC."""

    run: str
    workload: str
    strategy: str
    cells: Sequence[Place]
    """What is broken, in the order in which it strikes; several only if each of them passes by itself."""
    plan_hash: str
    code_version: str
    at: str
    lifted: bool = False
    """Whether somebody ended the failures, so that the run can be retried."""


@dataclass(frozen=True)
class Strike:
    """The first time that one of a run's failures struck."""

    at: str
    where: str
    """Step, phase and call."""


class Rehearsals:
    """A row's partition is the workload, its row key the run; strikes have a partition for each run."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def create(self, rehearsal: Rehearsal) -> bool:
        """Write a rehearsal before its run begins; False when it is there already."""
        row: Row = {"PartitionKey": rehearsal.workload, "RowKey": rehearsal.run, "lifted": False}
        row |= {name: getattr(rehearsal, name) for name in ("strategy", "plan_hash", "code_version", "at")}
        try:
            self._storage.create("rehearsals", row | {"cells": json.dumps(rehearsal.cells)})
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

    def strike(self, run: str, place: Place, where: str) -> None:
        """Keep when and where a failure struck; the first time counts."""
        try:
            row: Row = {"PartitionKey": _strikes(run), "RowKey": ":".join(place), "at": now(), "where": where}
            self._storage.create("rehearsals", row)
        except AlreadyThere:
            return

    def strikes(self, run: str) -> dict[Place, Strike]:
        """What struck in a run."""
        rows = self._storage.partition("rehearsals", _strikes(run))
        found = [(row["RowKey"].partition(":"), Strike(row["at"], row["where"])) for row in rows]
        return {(step, mode): strike for (step, _, mode), strike in found}

    def lift(self, workload: str, run: str) -> None:
        """From now on nothing is broken in this run."""
        self._storage.merge("rehearsals", {"PartitionKey": workload, "RowKey": run, "lifted": True})


def _strikes(run: str) -> str:
    return f"struck:{run}"  # no workload is called so: names have no colon


def _read(row: Row) -> Rehearsal:
    return Rehearsal(
        run=row["RowKey"],
        workload=row["PartitionKey"],
        strategy=row["strategy"],
        cells=[(step, mode) for step, mode in json.loads(row["cells"])],
        plan_hash=row["plan_hash"],
        code_version=row["code_version"],
        at=row["at"],
        lifted=bool(row.get("lifted")),
    )
