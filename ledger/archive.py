"""A run as one document: taken out of one storage account, brought into another.

Lives here: what belongs to a run, the hash over it, and the order in which it is written. Never here: files. The ledger
holds no secret, so the document holds none; it does hold names, and keys of items in conflicts: keep it like the ledger itself.
"""

from typing import Any

from ledger import values
from ledger.clock import now
from ledger.errors import AlreadyThere, RunUnknown
from ledger.storage import Row, Storage

FORMAT = "dayzero-ledger/1"
IMPORTED = "imported"
"""Who carries a run that was brought into another ledger: no agent, for the first one may live beside the first ledger."""
_OURS = ("etag", "touched")
Document = dict[str, Any]


class NotImported(Exception):
    """A document that cannot be brought in; nothing of it can be seen in the ledger."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.mend = mend


class Archive:
    """Runs as documents."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def take_out(self, workload: str, run: str) -> Document:
        """Everything that the ledger holds of a run.

        Returns:
            `format`, `run`, `workload`, `exported`, `rows` by table, `texts` by name, and the `sha256` of all that.
        """
        storage = self._storage
        row = storage.get("runs", workload, run)
        if row is None:
            raise RunUnknown(run)
        rows = {table: [_plain(one) for one in storage.partition(table, run)] for table in ("steps", "events")}
        document = {
            "format": FORMAT,
            "run": run,
            "workload": workload,
            "exported": now(),
            "rows": rows | {"runs": [_plain(row)]},
        }
        document |= {"texts": {name: storage.read(name) for name in storage.names(f"{run}/")}}  # last: rows may be new
        return document | {"sha256": values.digest(document)}

    def bring_in(self, document: Document) -> bool:
        """Write the run of a document; False when it is there already. The run itself is written last: half a run is none.

        Raises:
            NotImported: it is no such document, it was changed, or another run of this name is there.
        """
        _check(document)
        run, workload = document["run"], document["workload"]
        (row,) = document["rows"]["runs"]
        known = self._storage.get("runs", workload, run)
        if known is not None:
            if known.get("archive") == document["sha256"]:
                return False
            raise NotImported(f"The ledger has a run {run} already.", "Import into the account of a new, empty ledger.")
        for name, text in document["texts"].items():
            self._storage.write(name, text)
        for table in ("steps", "events"):
            for one in document["rows"][table]:
                self._write(table, one)
        carried = {} if row["state"] in {"migrated", "failed-back"} else {"holder": row.get("holder") or IMPORTED}
        self._write("runs", row | carried | {"archive": document["sha256"]})
        return True

    def _write(self, table: str, row: Row) -> None:
        try:
            self._storage.create(table, row)
        except AlreadyThere:
            found = self._storage.get(table, row["PartitionKey"], row["RowKey"]) or {}
            if _plain(found) != row:
                what = f"The ledger has other rows of {row['PartitionKey']} already."
                raise NotImported(what, "Import into the account of a new, empty ledger.") from None


def _plain(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in _OURS}


def _check(document: Document) -> None:
    mend = "Export the run again, or use a copy that nobody changed."
    if document.get("format") != FORMAT:
        raise NotImported(f"This is no run that was exported by dayzero ({FORMAT}).", mend)
    content = {name: value for name, value in document.items() if name != "sha256"}
    if values.digest(content) != document.get("sha256"):
        raise NotImported("The document is not as it was exported: its hash differs.", mend)
