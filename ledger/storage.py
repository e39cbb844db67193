"""The ledger's storage account: six tables and a container for long values.

Lives here: the clients, and the translation of their errors. Never here: what a row means.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from azure.core import MatchConditions
from azure.core.credentials import TokenCredential
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.data.tables import TableClient, TableEntity, TableErrorCode, TableServiceClient, TableTransactionError, UpdateMode
from azure.storage.blob import BlobServiceClient

from ledger.errors import AlreadyThere, Changed, LedgerRefused, LedgerUnavailable

TABLES = ("runs", "steps", "events", "locks", "exceptions", "rehearsals", "notices")
CONTAINER = "ledger"
_PASSING = {408, 429}
"""Statuses below 500 that ask for patience, not for another request."""

Row = dict[str, Any]


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except ResourceExistsError as error:
        raise AlreadyThere(what) from error
    except ResourceModifiedError as error:
        raise Changed(what) from error
    except TableTransactionError as error:
        if getattr(error, "error_code", None) == TableErrorCode.ENTITY_ALREADY_EXISTS:
            raise AlreadyThere(what) from error
        raise _silent_or_refused(what, error) from error
    except AzureError as error:
        raise _silent_or_refused(what, error) from error
    except OSError as error:  # an answer that broke off while it was read, in the words of the HTTP library
        raise LedgerUnavailable(f"{what}: {type(error).__name__}") from error
    except AttributeError as error:  # the same: azure-data-tables then looks into a response that is not there
        if not _broken_off(error.__context__):
            raise
        raise LedgerUnavailable(f"{what}: {type(error.__context__).__name__}") from error


def _broken_off(error: BaseException | None) -> bool:
    return isinstance(error, HttpResponseError) and error.response is None


def _silent_or_refused(what: str, error: AzureError) -> LedgerUnavailable:
    """Which of the two it was; the service's own text is left out, it may hold the row that was sent."""
    status = error.status_code if isinstance(error, HttpResponseError) else None
    if status is None or status >= 500 or status in _PASSING:
        return LedgerUnavailable(f"{what}: {type(error).__name__}")
    code = getattr(error, "error_code", None)
    return LedgerRefused(f"{what}: refused with {status}" + (f" {getattr(code, 'value', code)}" if code else ""))


class Storage:
    """Rows by table, partition key and row key; texts by name.

    Args:
        tables_url: Table service URL of the ledger's storage account.
        blobs_url: Blob service URL of the same account.
        credential: the agent's identity; needs Storage Table Data Contributor and Storage Blob Data Contributor.
    """

    def __init__(self, tables_url: str, blobs_url: str, credential: TokenCredential) -> None:
        self._service = TableServiceClient(tables_url, credential=credential)
        self._blobs = BlobServiceClient(blobs_url, credential=credential)
        self._tables: dict[str, TableClient] = {name: self._service.get_table_client(name) for name in TABLES}
        self._prepared = False

    def prepare(self) -> None:
        """Make tables and container that are missing; once a process."""
        if self._prepared:
            return
        with _translated("preparing the ledger"):
            for name in TABLES:
                self._service.create_table_if_not_exists(name)
            container = self._blobs.get_container_client(CONTAINER)
            if not container.exists():
                container.create_container()
        self._prepared = True

    def get(self, table: str, partition: str, row: str) -> Row | None:
        """One row, with its `etag` and when the service took it (`touched`); None when there is none."""
        with _translated(f"reading {table}/{partition}/{row}"):
            try:
                entity = self._tables[table].get_entity(partition, row)
            except ResourceNotFoundError:
                return None
            return _row(entity)

    def create(self, table: str, row: Row) -> None:
        """Write a row that must not exist yet.

        Raises:
            AlreadyThere: it exists.
        """
        with _translated(f"creating {table}/{row['PartitionKey']}/{row['RowKey']}"):
            self._tables[table].create_entity(row)

    def merge(self, table: str, row: Row, etag: str | None = None) -> None:
        """Change only the given properties of a row, making it if need be; with an etag only if nobody changed it since.

        Raises:
            Changed: the row is no longer what the etag says.
        """
        with _translated(f"writing {table}/{row['PartitionKey']}/{row['RowKey']}"):
            if etag is None:
                self._tables[table].upsert_entity(row, mode=UpdateMode.MERGE)
            else:
                self._tables[table].update_entity(
                    row, mode=UpdateMode.MERGE, etag=etag, match_condition=MatchConditions.IfNotModified
                )

    def create_all(self, table: str, rows: list[Row]) -> None:
        """Write many rows of one partition at once, replacing none; all or nothing in hundreds."""
        with _translated(f"creating rows of {table}"):
            for start in range(0, len(rows), 100):
                self._tables[table].submit_transaction([("create", row) for row in rows[start : start + 100]])

    def delete(self, table: str, partition: str, row: str, etag: str | None = None) -> None:
        """Remove a row; one that is not there is no error."""
        with _translated(f"deleting {table}/{partition}/{row}"):
            if etag is None:
                self._tables[table].delete_entity(partition, row)
            else:
                entity = {"PartitionKey": partition, "RowKey": row}
                self._tables[table].delete_entity(entity, etag=etag, match_condition=MatchConditions.IfNotModified)

    def partition(self, table: str, partition: str, start: str = "", end: str = "~") -> list[Row]:
        """Rows of a partition with `start` <= row key < `end`, in row key order."""
        query = "PartitionKey eq @partition and RowKey ge @start and RowKey lt @end"
        return self._query(table, query, {"partition": partition, "start": start, "end": end})

    def find(self, table: str, row: str) -> list[Row]:
        """Rows with this row key in any partition."""
        return self._query(table, "RowKey eq @row", {"row": row})

    def all(self, table: str) -> list[Row]:
        """Every row of a small table."""
        with _translated(f"listing {table}"):
            return [dict(entity) for entity in self._tables[table].list_entities()]

    def _query(self, table: str, query: str, values: dict[str, Any]) -> list[Row]:
        with _translated(f"listing {table}"):
            found = self._tables[table].query_entities(query, parameters=values)
            return [_row(entity) for entity in found]

    def write(self, name: str, text: str) -> None:
        """Keep a long value."""
        with _translated(f"writing the blob {name}"):
            self._blobs.get_blob_client(CONTAINER, name).upload_blob(text.encode(), overwrite=True)

    def names(self, prefix: str) -> list[str]:
        """Names of the long values that begin so."""
        with _translated(f"listing blobs of {prefix}"):
            return sorted(self._blobs.get_container_client(CONTAINER).list_blob_names(name_starts_with=prefix))

    def read(self, name: str) -> str:
        """A long value that was kept."""
        with _translated(f"reading the blob {name}"):
            return self._blobs.get_blob_client(CONTAINER, name).download_blob().readall().decode()


def _row(entity: TableEntity) -> Row:
    moment = entity.metadata.get("timestamp")
    return {**entity, "etag": entity.metadata["etag"], "touched": moment.isoformat(timespec="milliseconds") if moment else ""}
