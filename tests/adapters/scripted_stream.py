"""DynamoDB Streams as a test scripts it, for what the emulator's single shard cannot show; tables are the emulator's.

Lives here: shards, iterators and refusals. Never here: what a test expects.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3


class ScriptedStream:
    """Stands in for a session and for its client of `dynamodbstreams`.

    Args:
        table: the table whose items the records are about; they have the key `id`.
    """

    def __init__(self, table: str) -> None:
        self._session = boto3.Session(region_name="eu-west-1")
        self.exceptions = self._session.client("dynamodbstreams").exceptions
        self.tables: Any = self._session.client("dynamodb")
        self._table = table
        self.parents: dict[str, str | None] = {}
        self.closed: set[str] = set()
        self.hidden: set[str] = set()
        """Shards that no description tells of yet."""
        self.records: dict[str, list[dict[str, Any]]] = {}
        self.trimmed: set[str] = set()
        """Sequence numbers that are gone."""
        self.uses = 1000
        """How often an iterator may be made and used before all that are out expire, once."""
        self.empties = 0
        """Empty answers that stand before the next records."""
        self.read: list[str] = []
        """Shards in the order in which their records were read."""
        self._made = 0

    def client(self, service: Any, **options: Any) -> Any:
        return self if service == "dynamodbstreams" else self._session.client(service, **options)

    def shard(self, name: str, parent: str | None = None) -> None:
        self.parents[name], self.records[name] = parent, []

    def change(self, shard: str, key: str, content: int | None, age: timedelta = timedelta()) -> str:
        """Write an item, or delete it, with a record in a shard; its sequence number."""
        if content is None:
            self.tables.delete_item(TableName=self._table, Key={"id": {"S": key}})
        else:
            self.tables.put_item(TableName=self._table, Item={"id": {"S": key}, "content": {"N": str(content)}})
        self._made += 1
        number = f"{self._made:021}"
        made = (datetime.now(UTC) - age).replace(microsecond=0)
        about = {"Keys": {"id": {"S": key}}, "SequenceNumber": number, "ApproximateCreationDateTime": made}
        self.records[shard].append({"dynamodb": about})
        return number

    def describe_stream(self, StreamArn: str, ExclusiveStartShardId: str | None = None) -> dict[str, Any]:  # noqa: N803, ARG002
        """One shard a page."""
        names = [name for name in self.parents if name not in self.hidden]
        at = names.index(ExclusiveStartShardId) + 1 if ExclusiveStartShardId else 0
        told = {"StartingSequenceNumber": "0"} | ({"EndingSequenceNumber": "9"} if names[at] in self.closed else {})
        shard = {"ShardId": names[at], "SequenceNumberRange": told}
        shard |= {"ParentShardId": parent} if (parent := self.parents[names[at]]) else {}
        page = {"StreamStatus": "ENABLED", "Shards": [shard]}
        return {"StreamDescription": page | ({"LastEvaluatedShardId": names[at]} if at + 1 < len(names) else {})}

    def get_shard_iterator(self, ShardId: str, SequenceNumber: str = "", **_: object) -> dict[str, str]:  # noqa: N803
        if SequenceNumber in self.trimmed:
            raise self._refusal("TrimmedDataAccessException")
        return {"ShardIterator": f"{ShardId} {SequenceNumber}"}

    def get_records(self, ShardIterator: str) -> dict[str, Any]:  # noqa: N803
        """One record an answer."""
        self.uses -= 1
        if self.uses == 0:
            raise self._refusal("ExpiredIteratorException")
        shard, _, after = ShardIterator.partition(" ")
        left = [one for one in self.records[shard] if one["dynamodb"]["SequenceNumber"] > after]
        left = [one for one in left if one["dynamodb"]["SequenceNumber"] not in self.trimmed]
        if left and self.empties:
            self.empties -= 1
            return {"Records": [], "NextShardIterator": ShardIterator}
        if left:
            self.read.append(shard)
            after = left[0]["dynamodb"]["SequenceNumber"]
        ended = shard in self.closed and len(left) < 2
        return {"Records": left[:1]} | ({} if ended else {"NextShardIterator": f"{shard} {after}"})

    def _refusal(self, code: str) -> Exception:
        refusal: Exception = getattr(self.exceptions, code)({"Error": {"Code": code, "Message": "-"}}, "GetRecords")
        return refusal
