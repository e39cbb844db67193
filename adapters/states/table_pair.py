"""A DynamoDB table and its Azure table, as copying and surveys need them.

Lives here: reading both sides. Never here: the order of work (copying.py, returning.py), writing back (table_return.py).
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import batched
from typing import Any

from adapters.records import Json
from adapters.states.coalesce import Coalesced
from adapters.states.dynamodb_source import DynamoTable
from adapters.states.dynamodb_values import Item, compact, item_from_json, item_to_json
from adapters.states.parallel import in_parallel
from adapters.states.survey import Entry, Key, Stream, Suspects, hash_of, survey
from adapters.states.table_client import Continuation, TableClient
from adapters.states.table_codec import Entity, decode, encode, size
from adapters.states.table_keys import TableKey, from_shown
from adapters.states.table_writer import Writer

KEYS = ("PartitionKey", "RowKey")
_TOGETHER = 100
"""Items a side that are looked at by key at once, as each may have 400 KB."""
_READERS = 4
"""Segments that a survey reads side by side; more gain nothing, as hashing them is bound by the CPU."""


class TablePair:
    """Both sides and the writer of the target. Shards that begin to copy at the same time share one survey.

    Args:
        shards: segments that are copied side by side.
    """

    def __init__(self, source: DynamoTable, target: TableClient, writer: Writer, shards: int) -> None:
        self.source, self.target, self.writer, self._shards = source, target, writer, shards
        self._survey = Coalesced(lambda: Suspects.between(*survey(*self.items())))

    def target_is_empty(self) -> bool:
        """Whether the table has no entity."""
        return not next(self.target.pages(select=KEYS, top=1))[0]

    def differences(self, shard: int) -> Suspects:  # noqa: ARG002 - the survey covers all shards
        """Buckets in which the whole tables differ."""
        return self._survey()

    def source_pages(self, shard: int, after: Json | None) -> Iterator[tuple[list[Item], Json | None]]:
        """A segment's items."""
        start = item_from_json(after) if after else None
        for items, key in self.source.scan(shard, self._shards, after=start):
            yield items, item_to_json(key) if key else None

    def write(self, page: list[Item], suspects: Suspects) -> tuple[int, int]:
        """Number and bytes of the entities written."""
        keyed = ((self.source.schema.to_table(item), item) for item in page)
        entities = [encode(item, key) for key, item in keyed if key in suspects]
        self.writer.upsert(entities)
        return len(entities), sum(map(size, entities))

    def target_keys(self, shard: int, after: Continuation | None) -> Iterator[tuple[list[TableKey], Continuation | None]]:
        """All keys for shard 0, none for the others: segments say nothing about keys of the target."""
        if shard == 0:
            for entities, place in self.target.pages(select=KEYS, after=after):
                yield [key_of(entity) for entity in entities], place

    def remove_extras(self, keys: list[Any]) -> int:
        """Delete those that a consistent read does not find in the source."""
        items = {key: self.source.schema.from_table(key) for key in keys}
        found = self.source.get([item for item in items.values() if item], keys_only=True)
        extra = [key for key, item in items.items() if item is None or self.source.key_text(item) not in found]
        self.writer.delete(extra)
        return len(extra)

    def items(self) -> tuple[list[Stream], list[Stream]]:
        """Keys and hashes of all items, source and target; Azure gives its own in order, so one reader must do."""
        return [partial(self._source_items, part) for part in range(_READERS)], [self._target_items]

    def looked_up(self, keys: Sequence[str]) -> Iterator[tuple[TableKey, int | None, int | None]]:
        """Hashes of single items on both sides, by keys as `shown` writes them."""
        schema = self.source.schema
        for some in batched(dict.fromkeys(keys), _TOGETHER, strict=False):
            wanted = [from_shown(text) for text in some]
            found = self.source.get([item for key in wanted if (item := schema.from_table(key))])
            source = dict(self.entry(item) for item in found.values())
            entities = in_parallel(self.target.get, wanted)
            target = dict(_target_entry(entity) for entity in entities if entity)
            yield from ((key, source.get(key), target.get(key)) for key in wanted)

    def keys(self) -> tuple[list[Stream], list[Stream]]:
        """Keys alone, source and target."""
        return [partial(self._source_keys, part) for part in range(_READERS)], [self._target_keys]

    def entry(self, item: Item) -> Entry:
        """Key and hash of a source item."""
        key = self.source.schema.to_table(item)
        return key, hash_of(key, compact(item_to_json(item)))

    def _source_items(self, part: int) -> Iterator[Entry]:
        for items, _ in self.source.scan(part, _READERS):
            yield from map(self.entry, items)

    def _target_items(self) -> Iterator[Entry]:
        for entities, _ in self.target.pages():
            yield from map(_target_entry, entities)

    def _source_keys(self, part: int) -> Iterator[Entry]:
        for items, _ in self.source.scan(part, _READERS, keys_only=True):
            yield from map(_bare, map(self.source.schema.to_table, items))

    def _target_keys(self) -> Iterator[Entry]:
        for entities, _ in self.target.pages(select=KEYS):
            yield from map(_bare, map(key_of, entities))


def key_of(entity: Entity) -> TableKey:
    """PartitionKey and RowKey of an entity."""
    return entity["PartitionKey"], entity["RowKey"]


def _target_entry(entity: Entity) -> Entry:
    key = key_of(entity)
    return key, hash_of(key, compact(item_to_json(decode(entity))))


def _bare(key: Key) -> Entry:
    return key, hash_of(key)
