"""The way back of a table: what `returning.py` needs of DynamoDB and Azure tables.

Never here: the order of work, the way to Azure (table_pair.py).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from adapters.errors import AdapterError
from adapters.records import Json
from adapters.states.dynamodb_values import Item, item_from_json, item_to_json, same
from adapters.states.parallel import in_parallel
from adapters.states.survey import Entry, Suspects, shown, survey
from adapters.states.table_client import Continuation
from adapters.states.table_codec import Entity, decode, size
from adapters.states.table_keys import TableKey
from adapters.states.table_pair import KEYS, TablePair, key_of


class TableReturn:
    """Both tables as wholes: one shard does all the work."""

    def __init__(self, pair: TablePair) -> None:
        self._pair = pair

    def source_entries(self, shard: int, after: Json | None) -> Iterator[tuple[list[Entry], Json | None]]:  # noqa: ARG002
        """Keys and hashes of the whole table."""
        for items, place in self._scan(after, keys_only=False):
            yield [self._pair.entry(item) for item in items], place

    def changed(
        self, shard: int, since: datetime, after: Continuation | None  # noqa: ARG002
    ) -> Iterator[tuple[list[Entity], Continuation | None]]:  # fmt: skip
        """Entities by their Timestamp, which the service sets; it filters them."""
        return self._pair.target.pages(after=after, since=since)

    def put_back(self, page: list[Entity], overrule: bool) -> tuple[int, int, list[str]]:
        """Put whole items."""
        source = self._pair.source
        wanted = {key_of(entity): self._item(entity) for entity in page}
        found = source.get([source.schema.key_of(item) for item in wanted.values()])
        now = {key: found.get(source.key_text(item)) for key, item in wanted.items()}
        differing = [key for key, item in wanted.items() if not same(now[key], item)]
        puts = {key for key in differing if overrule or now[key] is None}
        source.write([wanted[key] for key in puts])
        volume = sum(size(entity) for entity in page if key_of(entity) in puts)
        return len(puts), volume, [shown(key) for key in differing if key not in puts]

    def key_differences(self, shard: int) -> Suspects:  # noqa: ARG002
        """Between the whole tables."""
        return Suspects.between(*survey(*self._pair.keys()))

    def source_keys(self, shard: int, after: Json | None) -> Iterator[tuple[list[TableKey], Json | None]]:  # noqa: ARG002
        """Keys of the whole table."""
        for items, place in self._scan(after, keys_only=True):
            yield [self._pair.source.schema.to_table(item) for item in items], place

    def missing(self, keys: list[Any]) -> list[Any]:
        """Asked for one by one, some at a time."""
        found = in_parallel(lambda key: self._pair.target.get(key, KEYS), keys)
        return [key for key, entity in zip(keys, found, strict=True) if entity is None]

    def delete_back(self, keys: list[Any]) -> None:
        """Delete items; the keys came from items, so they turn into keys again."""
        items = [self._pair.source.schema.from_table(key) for key in keys]
        self._pair.source.write([], [item for item in items if item])

    def _scan(self, after: Json | None, *, keys_only: bool) -> Iterator[tuple[list[Item], Json | None]]:
        pages = self._pair.source.scan(0, 1, after=item_from_json(after) if after else None, keys_only=keys_only)
        for items, key in pages:
            yield items, item_to_json(key) if key else None

    def _item(self, entity: Entity) -> Item:
        key, schema = key_of(entity), self._pair.source.schema
        item = (schema.from_table(key) or {}) | decode(entity)
        if not set(schema.names) <= item.keys() or schema.to_table(item) != key:
            raise AdapterError(
                "invalid",
                f"entity {shown(key)[:200]} has keys that no item of the DynamoDB table can have",
                "Let the migrated app write PartitionKey and RowKey as the encoding says, or delete the entity.",
            )
        return item
