"""The ladder in a table of the target's storage account.

Lives here: the port over the table's own client. Never here: the table's layout (`bridge/book.py`, which the app shares).
"""

from collections.abc import Sequence
from typing import Any

from azure.core.credentials import TokenCredential

from adapters.azure.errors import azure_errors
from bridge.book import Book
from bridge.place import Instance, Place, behind, lapsed


class TableLadder:
    """The agent's hand on the ladder.

    Args:
        endpoint: URL of the Table service.
        table: name of the table.
        credential: needs Storage Table Data Contributor at that account.
    """

    def __init__(self, endpoint: str, table: str, credential: TokenCredential) -> None:
        self._book = Book(endpoint, table, credential)
        self._what = f"ladder in table {table}"

    def prepare(self) -> None:
        """Make the table if it is missing."""
        with azure_errors(self._what):
            self._book.prepare()

    def place(self) -> Place | None:
        """Where everybody has to stand; None when nobody has said so."""
        with azure_errors(self._what):
            return self._book.place()

    def change(self, **changes: Any) -> Place:
        """Set fields of the place; what is so already is not written."""
        with azure_errors(self._what, "Give the plan's state.ladder the Table service of the target's storage account."):
            return self._book.change(**changes)

    def behind(self) -> list[str]:
        """Ids of instances that may still act otherwise; the place is read before they are."""
        with azure_errors(self._what):
            place = self._book.place()
            found = self._book.instances()
            return sorted(one.id for one in behind(place, found, self._book.now())) if place else []

    def lapsed(self) -> list[str]:
        """Ids of instances that ended without taking leave."""
        with azure_errors(self._what):
            return sorted(one.id for one in lapsed(self._book.instances(), self._book.now()))

    def forget(self, ids: Sequence[str]) -> None:
        """Drop what they told."""
        with azure_errors(self._what):
            self._book.forget(ids)

    def instances(self) -> list[Instance]:
        """All that live."""
        with azure_errors(self._what):
            found = self._book.instances()
            gone = {one.id for one in lapsed(found, self._book.now())}
            return [one for one in found if one.id not in gone]

    def repairs(self) -> int:
        """Keys of which the second half of a write is owed."""
        with azure_errors(self._what):
            return self._book.repairs()

    def differences(self) -> list[dict[str, Any]]:
        """Keys that read differently on both sides."""
        with azure_errors(self._what):
            return [{name: row[name] for name in ("store", "key", "aws", "azure")} for row in self._book.differences()]

    def remove(self) -> None:
        """Take the rows away; the table stays."""
        with azure_errors(self._what):
            self._book.remove()
