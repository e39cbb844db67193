"""The outbox: how far the notices of each run have come. What they tell stands in the run's events; nothing is told twice over.

Lives here: one row a run that has somebody to tell. Never here: which events are told, and how.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from ledger import values
from ledger.clock import now
from ledger.errors import AlreadyThere
from ledger.storage import Storage

_PARTITION = "run"


@dataclass(frozen=True)
class Progress:
    """How far one sink is: notices that it got or that were given up, tries of the next one, and when that may be tried."""

    sent: int = 0
    tries: int = 0
    not_before: str = ""


@dataclass(frozen=True)
class Outgoing:
    """Notices of one run: ids of its events in the order in which they are told, and the sinks' progress by name."""

    run: str
    order: list[str] = field(default_factory=list)
    sinks: dict[str, Progress] = field(default_factory=dict)


class Outbox:
    """Runs whose notices are under way."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def watch(self, run: str) -> None:
        """From now on the run's notices are sent; asking twice is no error."""
        try:
            self._storage.create("notices", self._row(Outgoing(run)))
        except AlreadyThere:
            return

    def watched(self) -> list[Outgoing]:
        """Every run that has notices under way."""
        return [self._read(row["RowKey"], row["value"]) for row in self._storage.partition("notices", _PARTITION)]

    def progress(self, run: str) -> dict[str, Progress]:
        """How far each sink of a run is, by name; one that was not tried yet is missing."""
        row = self._storage.get("notices", _PARTITION, run)
        return self._read(run, row["value"]).sinks if row else {}

    def keep(self, outgoing: Outgoing) -> None:
        """Write how far a run is; there is one sender at a time."""
        self._storage.merge("notices", self._row(outgoing))

    def forget(self, run: str) -> None:
        """Everything of the run has been told."""
        self._storage.delete("notices", _PARTITION, run)

    def _row(self, outgoing: Outgoing) -> dict[str, Any]:
        known = {"order": outgoing.order, "sinks": {name: asdict(one) for name, one in outgoing.sinks.items()}}
        value = values.pack(known, self._storage, f"{outgoing.run}/notices")
        return {"PartitionKey": _PARTITION, "RowKey": outgoing.run, "at": now(), "value": value}

    def _read(self, run: str, value: str) -> Outgoing:
        known = values.unpack(value, self._storage)
        return Outgoing(run, known["order"], {name: Progress(**one) for name, one in known["sinks"].items()})
