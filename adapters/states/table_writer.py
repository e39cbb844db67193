"""Writes many entities into a table: transactions where a partition has several, concurrent single requests otherwise.

Lives here: grouping and concurrency, as a part that a faster one can replace. Never here: the encoding, the requests.
"""

from collections.abc import Iterable, Sequence
from itertools import batched
from typing import Protocol

from adapters.states.parallel import in_parallel
from adapters.states.table_client import TRANSACTION, TableClient
from adapters.states.table_codec import Entity, size
from adapters.states.table_keys import TableKey

_BODY = 3 * 1024 * 1024
"""Bytes of entities in one transaction, as the service counts them: leaves room for JSON in the 4 MiB of a request."""


class Writer(Protocol):
    """What a table store needs of its writer."""

    def upsert(self, entities: Sequence[Entity]) -> None:
        """Insert or replace all; return when all are written."""
        ...

    def delete(self, keys: Sequence[TableKey]) -> None:
        """Delete all; missing ones are no error."""
        ...


class ThreadedWriter:
    """The writer over `TableClient`; memory is bounded by what it is given."""

    def __init__(self, table: TableClient) -> None:
        self._table = table

    def upsert(self, entities: Sequence[Entity]) -> None:
        """A transaction holds entities of one partition only, so entities that are alone in theirs go one by one."""
        partitions: dict[str, list[Entity]] = {}
        for entity in entities:
            partitions.setdefault(entity["PartitionKey"], []).append(entity)
        groups = [group for partition in partitions.values() for group in _transactions(partition)]
        in_parallel(self._write, groups)

    def delete(self, keys: Sequence[TableKey]) -> None:
        """One by one: a transaction would fail as a whole when one entity is already gone."""
        in_parallel(self._table.delete, keys)

    def _write(self, group: Sequence[Entity]) -> None:
        if len(group) == 1:
            self._table.upsert(group[0])
        else:
            self._table.upsert_together(group)


def _transactions(entities: list[Entity]) -> Iterable[Sequence[Entity]]:
    largest = max(size(entity) for entity in entities)
    return batched(entities, min(TRANSACTION, max(1, _BODY // (largest + 1024))), strict=False)
