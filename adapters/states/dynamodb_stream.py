"""Changes of a DynamoDB table brought to its Azure table: the `Replication` of tables, by DynamoDB Streams.

A record only tells which item changed: the item is read again, consistently, and written as it is now, or deleted when there is
none. So records of any view type do, a record that is replayed late does no harm, and many changes of one item cost one write.
Whatever a copy wrote from an older reading has its later change in the stream, so both sides are equal once caught up.
Lives here: the port, and the order of shards. Never here: calls of DynamoDB Streams (stream_shards.py), the encoding.

A position holds each shard that is being read: `after`, the last sequence number; `since`, the moment before which all its
changes are applied. Children of a shard are begun when it is closed and read to its end. A stream that exists already is read
from the start of its shards, but changes from well before `begin` are passed over.
"""

import time
from collections.abc import Iterator, Sequence
from itertools import batched

import boto3
from azure.core.credentials import TokenCredential

from adapters.records import Json
from adapters.replication import Changed, Delta
from adapters.states.dynamodb_source import DynamoTable
from adapters.states.dynamodb_values import Item
from adapters.states.parallel import THREADS, in_parallel
from adapters.states.stream_shards import Cursor, TableStream
from adapters.states.survey import shown
from adapters.states.table_client import TableClient
from adapters.states.table_codec import encode
from adapters.states.table_writer import ThreadedWriter
from adapters.states.touched import Touched

_TOGETHER = 400
"""Items that are held at once, as each may have 400 KB."""
_PAUSE = 0.5
_NEAR = 1.0
"""Seconds: a look at a table that is written all the time never finds nothing left. After that long it may end with what was
there when it began, up to the whole second that records tell."""


class DynamoStreamReplication:
    """A DynamoDB table, its stream, and the Azure table that takes its place.

    Args:
        table_endpoint: URL of the Table service.
    """

    def __init__(
        self,
        *,
        name: str,
        session: boto3.Session,
        source_table: str,
        table_endpoint: str,
        target_table: str,
        credential: TokenCredential,
    ) -> None:
        self.name = name
        self._source = DynamoTable(session, source_table)
        self._stream = TableStream(session, source_table)
        self._writer = ThreadedWriter(TableClient(table_endpoint, target_table, credential))

    def snapshot(self) -> Json:
        """`stream`: whether the table has one; `view_type`."""
        return self._stream.settings()

    def begin(self) -> Json:
        """Switch a stream of keys on if there is none. One that exists is left as it is, whatever its records tell.

        Which shards are open is known late, so a closed one without children is begun as well.
        """
        self._stream.switch({"stream": True, "view_type": "KEYS_ONLY"})
        now, arn = time.time(), self._stream.arn()
        shards = self._stream.shards(arn)
        parents = {shard.parent for shard in shards}
        begun = [Cursor(shard.name, None, now) for shard in shards if shard.open or shard.name not in parents]
        return _position(arn, begun)

    def apply(self, position: Json, seconds: float) -> Delta:
        """Rounds over all shards, until one finds nothing, or what was there at the beginning is applied, or the time is up."""
        return self._rounds(position, seconds, bring=True)

    def changed(self, position: Json, seconds: float) -> Changed:
        """As `apply`, but the items are only named."""
        found = self._rounds(position, seconds, bring=False)
        return Changed(found.keys, found.keys_whole and found.caught_up)

    def restore(self, before: Json) -> None:
        """Switch the stream off if there was none. Its records stay readable to those who read them now for a day."""
        self._stream.switch(before)

    def _rounds(self, position: Json, seconds: float, *, bring: bool) -> Delta:
        began, deadline = time.time(), time.monotonic() + seconds
        arn = position["stream"]
        cursors = [Cursor(shard, **place) for shard, place in position["shards"].items()]
        cursors = self._followed(arn, cursors)
        applied, touched = 0, Touched()
        while True:
            quiet = True
            for keys, at_end in self._round(arn, cursors):
                touched.add(shown(self._source.schema.to_table(key)) for key in keys)
                applied += self._bring(keys) if bring else 0
                quiet = quiet and at_end
            if quiet:
                return Delta(_position(arn, cursors), applied, 0, 0.0, touched.keys, touched.whole)
            if any(cursor.ended for cursor in cursors):
                cursors = self._followed(arn, cursors)
            oldest, at = min(cursor.since for cursor in cursors), time.time()
            if time.monotonic() >= deadline or (at >= began + _NEAR and oldest >= began - _NEAR):
                lag = max(0.001, at - oldest)
                return Delta(_position(arn, cursors), applied, None, lag, touched.keys, touched.whole)
            if all(cursor.ended for cursor in cursors):
                time.sleep(min(_PAUSE, max(0.0, deadline - time.monotonic())))

    def _round(self, arn: str, cursors: Sequence[Cursor]) -> Iterator[tuple[list[Item], bool]]:
        """One look at every shard, some at a time: different keys of changes, and whether these shards were at their ends."""
        if any(cursor.ended for cursor in cursors):
            yield [], False
        for some in batched((cursor for cursor in cursors if not cursor.ended), THREADS, strict=False):
            places = [cursor.after for cursor in some]
            read = in_parallel(lambda cursor: self._stream.read(arn, cursor), some)
            at_end = places == [cursor.after for cursor in some] and not any(cursor.ended for cursor in some)
            yield list({self._source.key_text(key): key for keys in read for key in keys}.values()), at_end

    def _bring(self, keys: Sequence[Item]) -> int:
        """Make the target hold what the source holds for these keys now; number of keys."""
        different = {self._source.key_text(key): key for key in keys}
        for some in batched(different.items(), _TOGETHER, strict=False):
            left = dict(some)
            while left:
                left = self._write(left)
        return len(different)

    def _write(self, keys: dict[str, Item]) -> dict[str, Item]:
        """Write these items as they are; those that changed meanwhile, as others may have written newer ones to the target."""
        found, to_table = self._source.get(list(keys.values())), self._source.schema.to_table
        self._writer.upsert([encode(item, to_table(item)) for item in found.values()])
        self._writer.delete([to_table(key) for text, key in keys.items() if text not in found])
        after = self._source.get(list(keys.values()))
        return {text: key for text, key in keys.items() if found.get(text) != after.get(text)}

    def _followed(self, arn: str, cursors: Sequence[Cursor]) -> list[Cursor]:
        """The cursors, with the children of ended shards in their place; an ended shard stays until its children are known."""
        children: dict[str | None, list[str]] = {}
        for shard in self._stream.shards(arn):
            children.setdefault(shard.parent, []).append(shard.name)
        followed: list[Cursor] = []
        for cursor in cursors:
            if cursor.ended and cursor.shard in children:
                followed += [Cursor(child, None, cursor.since) for child in children[cursor.shard]]
                continue
            followed.append(cursor)
            if cursor.ended:
                self._stream.check_age(cursor)
        return followed


def _position(arn: str, cursors: Sequence[Cursor]) -> Json:
    return {"stream": arn, "shards": {cursor.shard: cursor.to_json() for cursor in cursors}}
