"""DynamoDB table to Azure table: the `StateStore` of tables.

Lives here: the port, put together from its parts. Never here: their work.
"""

from collections.abc import Sequence
from contextlib import suppress

import boto3
from azure.core.credentials import TokenCredential

from adapters.errors import NotFound
from adapters.records import Comparison, Json, Progress, WriteBackRules
from adapters.states.copying import copy_piece
from adapters.states.dynamodb_source import DynamoTable
from adapters.states.returning import write_back_piece
from adapters.states.survey import NAMED, compared, digest, matched
from adapters.states.table_client import TableClient
from adapters.states.table_pair import KEYS, TablePair, key_of
from adapters.states.table_return import TableReturn
from adapters.states.table_writer import ThreadedWriter

_COUNTED = 1000


class DynamoTableStore:
    """A DynamoDB table and the Azure table that takes its place.

    Shards spread the copying: shard i writes segment i of DynamoDB's parallel scan. Segments go by a hash that only DynamoDB
    knows, and Azure's keys are in order, so no part of one side is the same as a part of the other. Comparison and write-back
    are therefore one piece of work, done by shard 0 with a single reading of each side; for the other shards they have
    nothing to do and report no items.

    Args:
        table_endpoint: URL of the Table service.
        shards: segments that are copied side by side.
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
        shards: int,
    ) -> None:
        self.name, self.shards = name, shards
        target = TableClient(table_endpoint, target_table, credential)
        self._pair = TablePair(DynamoTable(session, source_table), target, ThreadedWriter(target), shards)
        self._return = TableReturn(self._pair)

    def count(self) -> tuple[int, int]:
        """Items in the source as DynamoDB last counted them, and in the target: exact up to 1,000, then at least 1,000."""
        found = 0
        with suppress(NotFound):  # a table that is not made yet holds nothing
            for entities, _ in self._pair.target.pages(select=KEYS):
                found += len(entities)
                if found >= _COUNTED:
                    break
        return self._pair.source.count(), found

    def prepare(self) -> None:
        """Make the target table if it is missing."""
        self._pair.target.create()

    def copy(self, shard: int, token: Json | None, seconds: float) -> Progress:
        """Copy what differs in a segment; shard 0 removes extra entities."""
        return copy_piece(self._pair, shard, token, seconds)

    def compare(self, shard: int, named: int = NAMED) -> Comparison:
        """Both tables as a whole for shard 0, nothing for the others. Equal sides are read once, differing ones again."""
        if shard != 0:
            return Comparison(digest(0, 0), digest(0, 0))
        return compared(*self._pair.items(), named)

    def compare_keys(self, keys: Sequence[str]) -> Comparison:
        """Items by key: BatchGetItem and point reads, both consistent."""
        return matched(self._pair.looked_up(keys))

    def write_back(self, shard: int, rules: WriteBackRules, token: Json | None, seconds: float) -> Progress:
        """Bring changes and deletions back, all by shard 0; `rules.copied` is the source's digest of shard 0."""
        return write_back_piece(self._return, shard, rules, token, seconds) if shard == 0 else Progress(0, 0, None)

    def clear_target(self) -> None:
        """Delete all entities; a missing table has none."""
        with suppress(NotFound):
            for entities, _ in self._pair.target.pages(select=KEYS):
                self._pair.writer.delete([key_of(entity) for entity in entities])
