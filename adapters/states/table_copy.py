"""Copying a DynamoDB table to its Azure table, in pieces of bounded time.

A first survey of both sides tells which buckets of keys differ; a shard (a segment of DynamoDB's parallel scan) then writes
only items in those. So a delta costs a reading of each side and the writing of what changed. Shards that begin together share
the survey, and an empty target needs none. Entities that the source does not have are removed by shard 0, each after a
consistent read has confirmed that it is gone.
Never here: the way back (table_write_back.py).
"""

import time

from adapters.records import Json, Progress
from adapters.states.coalesce import Coalesced
from adapters.states.dynamodb_values import Item, item_from_json, item_to_json
from adapters.states.survey import Suspects, survey
from adapters.states.table_codec import encode, size
from adapters.states.table_pair import KEYS, TablePair, key_of


class TableCopy:
    """The copier of one table.

    Args:
        shards: number of segments.
    """

    def __init__(self, pair: TablePair, shards: int) -> None:
        self._pair, self._shards = pair, shards
        self._survey = Coalesced(self._differences)

    def run(self, shard: int, token: Json | None, seconds: float) -> Progress:
        """One piece; only the survey at the start of a shard is not cut into pieces.

        A token holds the phase (`items` or `extras`), where it goes on, the buckets that differ, and whether extras may exist.
        """
        deadline = time.monotonic() + seconds
        if token is None:
            suspects, extras = self._survey()
            token = {"phase": "items", "after": None, "suspects": suspects.to_text(), "extras": extras and shard == 0}
            if not suspects:
                return Progress(0, 0, None)
        suspects = Suspects.from_text(token["suspects"])
        items = volume = 0
        if token["phase"] == "items":
            start = item_from_json(token["after"]) if token["after"] else None
            for page, after in self._pair.source.scan(shard, self._shards, after=start):
                written = self._write(page, suspects)
                items, volume = items + written[0], volume + written[1]
                if after is not None and time.monotonic() >= deadline:
                    return Progress(items, volume, token | {"after": item_to_json(after)})
            if not token["extras"]:
                return Progress(items, volume, None)
            token = token | {"phase": "extras", "after": None}
        for entities, place in self._pair.target.pages(select=KEYS, after=token["after"]):
            items += self._remove([key for key in map(key_of, entities) if key in suspects])
            if place is not None and time.monotonic() >= deadline:
                return Progress(items, volume, token | {"after": place})
        return Progress(items, volume, None)

    def _differences(self) -> tuple[Suspects, bool]:
        """Buckets that differ, and whether the target holds anything."""
        pair = self._pair
        if not next(pair.target.pages(select=KEYS, top=1))[0]:
            return Suspects.everything(), False
        return Suspects.between(*survey(pair.source_items(), pair.target_items())), True

    def _write(self, page: list[Item], suspects: Suspects) -> tuple[int, int]:
        """Number and bytes of the entities written."""
        keyed = ((self._pair.source.schema.to_table(item), item) for item in page)
        entities = [encode(item, key) for key, item in keyed if key in suspects]
        self._pair.writer.upsert(entities)
        return len(entities), sum(map(size, entities))

    def _remove(self, keys: list[tuple[str, str]]) -> int:
        """Delete those of the target's keys that the source does not have; how many that were."""
        source = self._pair.source
        items = {key: source.schema.from_table(key) for key in keys}
        found = source.get([item for item in items.values() if item], keys_only=True)
        extra = [key for key, item in items.items() if item is None or source.key_text(item) not in found]
        self._pair.writer.delete(extra)
        return len(extra)
