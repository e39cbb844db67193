"""The table through which the agent leads the instances, and in which they tell what they do.

Lives here: its layout and its calls. Never here: what a place means (place.py), when it is read (ladder.py).

| PartitionKey | RowKey | holds |
| --- | --- | --- |
| `ladder` | `now` | the place; written by the agent alone, under its ETag |
| `instances` | id of the instance | its last heartbeat |
| `repairs` | hash of store and key | a key of which the second half of a write failed |
| `differences` | hash of store and key | a key that read differently on both sides, with SHA-256 of both values |

Exceptions of azure.core leave it as they are.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from azure.core import MatchConditions
from azure.core.credentials import TokenCredential
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import TableEntity, TableServiceClient, UpdateMode

from bridge.place import Instance, Place

CALL_LIMITS: dict[str, Any] = {"connection_timeout": 3, "read_timeout": 5, "retry_total": 0}
"""Of clients of Azure: a call ends within CALL seconds (place.py), and whoever makes it decides about another one."""
MOST_DIFFERENCES = 1000


@dataclass(frozen=True)
class Repair:
    """A key whose second half is owed. `since`: by the table service's clock; `tag`: of the row, when there is one."""

    store: str
    key: str
    why: str
    since: datetime | None = None
    tag: str = ""


class Book:
    """Safe for concurrent use. Nothing is asked of the service before the first call.

    Args:
        table_service_url: such as `https://account.table.core.windows.net`.
        table_name: 3 to 63 letters and digits.
        credential: needs the role Storage Table Data Contributor.
    """

    def __init__(self, table_service_url: str, table_name: str, credential: TokenCredential) -> None:
        self._service = TableServiceClient(table_service_url, credential=credential, **CALL_LIMITS)
        self._table = self._service.get_table_client(table_name)

    def prepare(self) -> None:
        """Create the table if there is none."""
        self._service.create_table_if_not_exists(self._table.table_name)

    def drop(self) -> None:
        """Delete the table; none is fine."""
        self._service.delete_table(self._table.table_name)

    def place(self) -> Place | None:
        """Where everybody has to stand; None when nobody has said so, or there is no table.

        Raises:
            ValueError: the row holds what no place can be.
        """
        row = self._row("ladder", "now")
        return _place(row) if row is not None else None

    def now(self) -> datetime:
        """The table service's clock, whole seconds, rounded down."""
        told: list[datetime] = []

        def note(response: Any) -> None:
            told.append(parsedate_to_datetime(response.http_response.headers["Date"]))

        self._row("ladder", "now", raw_response_hook=note)
        return told[-1]

    def change(self, **changes: Any) -> Place:
        """Set fields of the place and count `number` up; the first change makes the row. What is so already is not written.

        Raises:
            ValueError: no place can be like that.
            TypeError: a place has no such field.
        """
        while True:
            row = self._row("ladder", "now")
            if row is None:
                wanted = Place(**changes)
                write: Callable[..., Any] = self._table.create_entity
                condition: dict[str, Any] = {}
            else:
                known = _place(row)
                if replace(known, **changes) == known:
                    return known
                wanted = replace(known, **changes, number=known.number + 1)
                write = self._table.update_entity
                condition = {"mode": UpdateMode.REPLACE, "etag": row.metadata["etag"]}
                condition["match_condition"] = MatchConditions.IfNotModified
            entity = {"PartitionKey": "ladder", "RowKey": "now", **_told(wanted, "changed")}
            try:
                write(entity, **condition)
            except (ResourceExistsError, ResourceModifiedError, ResourceNotFoundError):
                continue  # somebody else was faster
            return self.place() or wanted

    def remove(self) -> None:
        """Delete the place, then every other row. Instances that still look for the place then refuse to work."""
        self._delete([("ladder", "now")])
        for partition in ("instances", "repairs", "differences"):
            self._delete([(partition, row["RowKey"]) for row in self._rows(partition, ["RowKey"])])

    def instances(self) -> list[Instance]:
        """All that ever told of themselves and have not taken leave, those that lapsed included."""
        return [
            Instance(**{field: row[field] for field in _FIELDS}, id=row["RowKey"], seen=row.metadata["timestamp"])
            for row in self._rows("instances")
        ]

    def beat(self, instance: Instance) -> None:
        """Write the instance's heartbeat."""
        row = {"PartitionKey": "instances", "RowKey": instance.id, **_told(instance, "id", "seen")}
        self._table.upsert_entity(row, mode=UpdateMode.REPLACE)

    def forget(self, ids: Iterable[str]) -> None:
        """Delete rows of instances: its own when one takes leave, those that lapsed once the agent has compared both sides."""
        self._delete([("instances", identity) for identity in ids])

    def repairs(self) -> int:
        """How many keys are owed their second half."""
        return sum(1 for _ in self._rows("repairs", ["RowKey"]))

    def owed(self, *, older_than: timedelta = timedelta(0)) -> list[Repair]:
        """The keys that are owed their second half.

        Args:
            older_than: by the clock here; for what others should have mended by now.
        """
        latest = datetime.now(UTC) - older_than
        found = (_repair(row) for row in self._rows("repairs"))
        return [repair for repair in found if repair.since is None or repair.since <= latest]

    def owe(self, repair: Repair) -> Repair:
        """Keep durably that a key is owed its second half; the debt as it is kept."""
        row = {"PartitionKey": "repairs", "RowKey": row_of(repair.store, repair.key), **_told(repair, "since", "tag")}
        answer = self._table.upsert_entity(row, mode=UpdateMode.REPLACE)
        return replace(repair, tag=answer["etag"])

    def settle(self, repair: Repair) -> bool:
        """The key has its second half; False when it is owed anew since the debt was kept or read."""
        under: dict[str, Any] = {"etag": repair.tag, "match_condition": MatchConditions.IfNotModified}
        try:
            self._table.delete_entity("repairs", row_of(repair.store, repair.key), **under)
        except (ResourceModifiedError, ResourceNotFoundError):
            return self._row("repairs", row_of(repair.store, repair.key)) is None
        return True

    def differences(self) -> list[dict[str, Any]]:
        """Up to 1,000 keys that differed: `store`, `key`, `aws`, `azure` (SHA-256 in hex, "" for no value), `seen`."""
        rows = self._rows("differences")
        return [
            {name: row[name] for name in ("store", "key", "aws", "azure")} | {"seen": row.metadata["timestamp"]}
            for row, _ in zip(rows, range(MOST_DIFFERENCES), strict=False)
        ]

    def differ(self, store: str, key: str, aws: str, azure: str) -> None:
        """Keep a key that differed, with SHA-256 of both values."""
        row = {"PartitionKey": "differences", "RowKey": row_of(store, key), "store": store, "key": key}
        self._table.upsert_entity({**row, "aws": aws, "azure": azure}, mode=UpdateMode.REPLACE)

    def _row(self, partition: str, row: str, **options: Any) -> TableEntity | None:
        try:
            return self._table.get_entity(partition, row, **options)
        except ResourceNotFoundError:
            return None

    def _rows(self, partition: str, select: list[str] | None = None) -> Iterable[TableEntity]:
        try:
            yield from self._table.query_entities("PartitionKey eq @name", parameters={"name": partition}, select=select)
        except ResourceNotFoundError:
            return

    def _delete(self, keys: list[tuple[str, str]]) -> None:
        for partition, row in keys:
            self._table.delete_entity(partition, row)  # none is fine


def row_of(store: str, key: str) -> str:
    """RowKey of what is kept about a key: keys may hold what a RowKey must not."""
    return hashlib.sha256(f"{store}\n{key}".encode()).hexdigest()


_FIELDS = ("number", "rung", "held", "unsettled", "compared", "different", "failed_halves", "repairs")


def _told(value: Any, *but: str) -> dict[str, Any]:
    return {name: content for name, content in asdict(value).items() if name not in but}


def _repair(row: TableEntity) -> Repair:
    return Repair(row["store"], row["key"], row["why"], row.metadata["timestamp"], row.metadata["etag"] or "")


def _place(row: TableEntity) -> Place:
    fields = {name: row[name] for name in ("rung", "held", "producers", "schedules_from", "number")}
    return Place(**fields, changed=row.metadata["timestamp"])
