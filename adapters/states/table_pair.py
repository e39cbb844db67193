"""A DynamoDB table and its Azure table as streams of keys and hashes, for surveys of both.

Never here: writing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from adapters.states.dynamodb_source import DynamoTable
from adapters.states.dynamodb_values import Item, compact, item_to_json
from adapters.states.survey import Entry, Stream, hash_of
from adapters.states.table_client import TableClient
from adapters.states.table_codec import Entity, decode
from adapters.states.table_keys import TableKey
from adapters.states.table_writer import Writer

KEYS = ("PartitionKey", "RowKey")
_READERS = 4
"""Segments that are read side by side; more gain nothing, as hashing them is bound by the CPU."""


@dataclass(frozen=True)
class TablePair:
    """Both sides and the writer of the target."""

    source: DynamoTable
    target: TableClient
    writer: Writer

    def source_items(self) -> list[Stream]:
        """All items of the source, in parts."""
        return [partial(self.source_part, part) for part in range(_READERS)]

    def source_part(self, part: int) -> Iterator[Entry]:
        """One part of the source's items."""
        for items, _ in self.source.scan(part, _READERS):
            yield from map(self.source_entry, items)

    def source_entry(self, item: Item) -> Entry:
        """Key and hash of an item."""
        key = self.source.schema.to_table(item)
        return key, hash_of(key, compact(item_to_json(item)))

    def target_items(self) -> list[Stream]:
        """All entities of the target; the service gives them in order, so one reader must do."""
        return [self._target_items]

    def source_keys(self) -> list[Stream]:
        """All keys of the source, in parts."""
        return [partial(self._source_keys, part) for part in range(_READERS)]

    def target_keys(self) -> list[Stream]:
        """All keys of the target."""
        return [self._target_keys]

    def _target_items(self) -> Iterator[Entry]:
        for entities, _ in self.target.pages():
            for entity in entities:
                key = key_of(entity)
                yield key, hash_of(key, compact(item_to_json(decode(entity))))

    def _source_keys(self, part: int) -> Iterator[Entry]:
        for items, _ in self.source.scan(part, _READERS, keys_only=True):
            for key in map(self.source.schema.to_table, items):
                yield key, hash_of(key)

    def _target_keys(self) -> Iterator[Entry]:
        for entities, _ in self.target.pages(select=KEYS):
            for key in map(key_of, entities):
                yield key, hash_of(key)


def key_of(entity: Entity) -> TableKey:
    """PartitionKey and RowKey of an entity."""
    return entity["PartitionKey"], entity["RowKey"]
