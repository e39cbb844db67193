"""Events: what happened, who did it and when. Appended, never changed."""

import uuid
from contextlib import suppress
from typing import Any

from ledger import values
from ledger.clock import now
from ledger.errors import AlreadyThere, LedgerRefused, LedgerUnavailable
from ledger.storage import Row, Storage

Event = dict[str, Any]


class Events:
    """The append-only log of each run."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def append(self, run: str, kind: str, text: str, who: str = "dayzero", detail: Any = None, key: str | None = None) -> None:
        """Write one event.

        Args:
            run: id of the run.
            kind: `started`, `gate`, `decision`, `control`, `window`, `step`, `phase`, `failback`, `ended`, `refused`, `note`,
                `break-glass`, `watchdog`, `retired`.
            text: one sentence for a person.
            who: a person's name, or the agent.
            detail: small JSON; never a secret.
            key: the same key is written once only, however often it is asked.
        """
        at = now()
        row_key = f"key-{key}" if key else f"{at}-{uuid.uuid4().hex[:8]}"
        row = {"PartitionKey": run, "RowKey": row_key, "at": at, "who": who, "kind": kind, "text": text}
        row["detail"] = values.pack(detail, self._storage, f"{run}/events")
        with suppress(AlreadyThere):  # written before, or by a request whose answer was lost
            self._create(row)

    def _create(self, row: Row) -> None:
        """Ask once more where no answer came: a kept connection may be closed just then, and a row is written once only."""
        try:
            self._storage.create("events", row)
        except LedgerRefused:
            raise
        except LedgerUnavailable:
            self._storage.create("events", row)

    def known(self, run: str, key: str) -> bool:
        """Whether the event with this key was written."""
        return self._storage.get("events", run, f"key-{key}") is not None

    def of(self, run: str) -> list[Event]:
        """All events of a run, oldest first: `at`, `who`, `kind`, `text`, `detail`."""
        return [event for _, event in self.listed(run)]

    def listed(self, run: str) -> list[tuple[str, Event]]:
        """The same with the id of each, which never changes."""
        rows = sorted(self._storage.partition("events", run), key=lambda row: (row["at"], row["RowKey"]))
        names = ("at", "who", "kind", "text")
        return [
            (r["RowKey"], {n: r[n] for n in names} | {"detail": values.unpack(r.get("detail"), self._storage)}) for r in rows
        ]
