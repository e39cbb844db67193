"""Exceptions: items that differ between both sides, with what people decided about each; one row a key of a run.

Lives here: the rows' shape; of values only hashes. Never here: comparing, or who may decide (approvals/exceptions.py).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ledger.clock import now
from ledger.errors import Changed
from ledger.storage import Row, Storage

Decision = Literal["open", "accepted", "gone"]


@dataclass(frozen=True)
class Differing:
    """One item that differs: SHA-256 of either side's content, empty for none."""

    store: str
    key: str
    source_sha256: str
    target_sha256: str
    reason: str

    @property
    def id(self) -> str:
        """Row key: made of store and key, which may hold anything."""
        return hashlib.sha256(f"{self.store}\n{self.key}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class ExceptionRow:
    """An item that differs, and the decision: `open`, `accepted` (by whom and why), or `gone` when it differs no more."""

    id: str
    store: str
    key: str
    source_sha256: str
    target_sha256: str
    reason: str
    step: str
    found: str
    decision: Decision
    by: str = ""
    why: str = ""
    decided: str = ""

    def as_json(self) -> dict[str, Any]:
        """As doors, report and status show it."""
        return asdict(self)


class Exceptions:
    """The table of exceptions; a row's partition is the run."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def note(self, run: str, step: str, differing: Iterable[Differing]) -> list[ExceptionRow]:
        """Make the rows that a step found equal to what differs now; those that are still open.

        An accepted one stays so while both values are what they were.
        """
        known = {row.id: row for row in self.of(run)}
        found = {one.id: one for one in differing}
        for id_, one in found.items():
            before = known.get(id_)
            same = before and (before.source_sha256, before.target_sha256) == (one.source_sha256, one.target_sha256)
            if before is None or not same or before.decision == "gone":
                row = {"PartitionKey": run, "RowKey": id_, **asdict(one), "step": step, "found": now()}
                self._storage.merge("exceptions", row | _decided("open", "", ""))
        for id_, row_ in known.items():
            if id_ not in found and row_.step == step and row_.decision != "gone":
                gone = _decided("gone", "dayzero", "both sides hold the same")
                self._storage.merge("exceptions", _key(run, id_) | gone)
        return self.open(run)

    def of(self, run: str) -> list[ExceptionRow]:
        """All exceptions of a run, by store and key."""
        rows = [_read(row) for row in self._storage.partition("exceptions", run)]
        return sorted(rows, key=lambda row: (row.store, row.key))

    def open(self, run: str) -> list[ExceptionRow]:
        """Those that nobody has decided about."""
        return [row for row in self.of(run) if row.decision == "open"]

    def accept(self, run: str, id_: str, by: str, why: str) -> bool:
        """Accept one that is open; False when it is not there or no longer open."""
        row = self._storage.get("exceptions", run, id_)
        if row is None or row["decision"] != "open":
            return False
        try:
            self._storage.merge("exceptions", _key(run, id_) | _decided("accepted", by, why), etag=row["etag"])
        except Changed:
            return False
        return True


def _key(run: str, id_: str) -> Row:
    return {"PartitionKey": run, "RowKey": id_}


def _decided(decision: Decision, by: str, why: str) -> Row:
    return {"decision": decision, "by": by, "why": why, "decided": "" if decision == "open" else now()}


def _read(row: Row) -> ExceptionRow:
    names = ("store", "key", "source_sha256", "target_sha256", "reason", "step", "found", "decision", "by", "why", "decided")
    return ExceptionRow(id=row["RowKey"], **{name: row[name] for name in names})
