"""A table's stream in DynamoDB: its settings, its shards, and the records of one shard.

Lives here: calls of DynamoDB Streams, iterators and their renewal. Never here: what is done with changes, the order of shards.
Source: DynamoDB Streams API reference: DescribeStream, GetShardIterator (an iterator lives 15 minutes), GetRecords (records
live 24 hours; an empty answer of an open shard may stand before records, so the end is believed after several).
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import boto3

from adapters.aws.errors import aws_errors
from adapters.errors import AdapterError, NotFound
from adapters.records import Json
from adapters.states.dynamodb_values import Item

RETENTION_SECONDS = 24 * 3600
MARGIN_SECONDS = 900
"""Wider than the five minutes by which a clock may be wrong before AWS refuses its signatures."""
_LOOKS = 3
"""Empty answers in a row after which an open shard counts as read to its end."""
_ITERATORS = 3
_SWITCH_SECONDS = 300.0
_MEND = "Check the name of the table in the plan, and its region."


@dataclass
class Cursor:
    """A place in a shard.

    Args:
        after: sequence number of the last record that was read; None: none yet.
        since: every change made before this moment (seconds since 1970) was read.
        ended: the shard is closed and read to its end; its children come next.
    """

    shard: str
    after: str | None
    since: float
    ended: bool = False
    iterator: str | None = None
    floor: float = 0.0
    """Records made before it are older than the position, and are passed over."""

    def to_json(self) -> Json:
        """What a position keeps of it."""
        return {"after": self.after, "since": self.since} | ({"ended": True} if self.ended else {})


@dataclass(frozen=True)
class Shard:
    """A shard in a stream's description."""

    name: str
    parent: str | None
    open: bool


class TableStream:
    """The stream of one table."""

    def __init__(self, session: boto3.Session, table: str) -> None:
        self._tables: Any = session.client("dynamodb")
        self._streams: Any = session.client("dynamodbstreams")
        self._table, self._resource = table, f"stream of DynamoDB table {table}"

    def settings(self) -> Json:
        """`stream`: whether it is switched on; `view_type`: what its records tell."""
        found = self._describe().get("StreamSpecification") or {}
        return {"stream": bool(found.get("StreamEnabled")), "view_type": found.get("StreamViewType")}

    def switch(self, wanted: Json) -> None:
        """Switch the stream on or off, unless it is so, and return once it is."""
        if self.settings()["stream"] != wanted["stream"]:
            change = {"StreamEnabled": wanted["stream"]}
            change |= {"StreamViewType": wanted["view_type"]} if wanted["stream"] else {}
            with aws_errors(self._resource, _MEND):
                self._tables.update_table(TableName=self._table, StreamSpecification=change)
        deadline = time.monotonic() + _SWITCH_SECONDS
        while not self._is(wanted["stream"]):
            if time.monotonic() > deadline:
                raise AdapterError("unreachable", f"{self._resource} is still being switched", "Try again later.")
            time.sleep(0.5)

    def arn(self) -> str:
        """ARN of the stream that is switched on."""
        return str(self._describe()["LatestStreamArn"])

    def shards(self, arn: str) -> list[Shard]:
        """All shards that the service still has.

        Raises:
            AdapterError: `invalid`, the stream is not switched on (any more).
        """
        found: list[Shard] = []
        options: dict[str, Any] = {"StreamArn": arn}
        try:
            while True:
                with aws_errors(self._resource, _MEND):
                    page = self._streams.describe_stream(**options)["StreamDescription"]
                if page["StreamStatus"] not in {"ENABLED", "ENABLING"}:
                    raise self._lost("it was switched off")
                for one in page["Shards"]:
                    is_open = "EndingSequenceNumber" not in one.get("SequenceNumberRange", {})
                    found.append(Shard(one["ShardId"], one.get("ParentShardId"), is_open))
                if not page.get("LastEvaluatedShardId"):
                    return found
                options["ExclusiveStartShardId"] = page["LastEvaluatedShardId"]
        except NotFound as error:
            raise self._lost("it does not exist any more") from error

    def read(self, arn: str, cursor: Cursor) -> list[Item]:
        """Keys of the items that the next records are about, in their order; the cursor moves behind them.

        None and not `ended`: the end of an open shard was reached, and `since` is the moment before it was looked for.
        """
        asked = time.time()
        for _ in range(_LOOKS):
            answer = self._answer(arn, cursor)
            records: Sequence[Json] = answer["Records"]
            cursor.iterator = answer.get("NextShardIterator")
            cursor.ended = cursor.iterator is None
            if records:
                cursor.after = records[-1]["dynamodb"]["SequenceNumber"]
                cursor.since = max(cursor.since, _made(records[-1]))
                return [one["dynamodb"]["Keys"] for one in records if _made(one) >= cursor.floor]
            if cursor.ended:
                return []
        cursor.since = max(cursor.since, asked)
        return []

    def check_age(self, cursor: Cursor) -> None:
        """Raise unless all records since the cursor's moment are still there."""
        if time.time() - cursor.since > RETENTION_SECONDS - MARGIN_SECONDS:
            raise self._lost(f"shard {cursor.shard} was not read for a day, and records live no longer")

    def _answer(self, arn: str, cursor: Cursor) -> Any:
        """Of GetRecords; an iterator that is no longer good is made anew."""
        refused = self._streams.exceptions
        for _ in range(_ITERATORS):
            with aws_errors(self._resource, _MEND):
                try:
                    cursor.iterator = cursor.iterator or self._iterator(arn, cursor)
                    return self._streams.get_records(ShardIterator=cursor.iterator)
                except (refused.ExpiredIteratorException, refused.TrimmedDataAccessException):
                    cursor.iterator = None
                except refused.ResourceNotFoundException:
                    break
        raise self._lost(f"records of shard {cursor.shard} are gone")

    def _iterator(self, arn: str, cursor: Cursor) -> str:
        """Behind the last record that was read.

        Without one, or when it is gone itself, the start of the shard does, if all records since the cursor's moment must
        still be there: a shard without changes for a day keeps no record to go on after.
        """
        options = {"StreamArn": arn, "ShardId": cursor.shard}
        if cursor.after is not None:
            with suppress(self._streams.exceptions.TrimmedDataAccessException):
                options |= {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": cursor.after}
                return str(self._streams.get_shard_iterator(**options)["ShardIterator"])
            del options["SequenceNumber"]
        self.check_age(cursor)
        cursor.floor = cursor.since - MARGIN_SECONDS
        return str(self._streams.get_shard_iterator(**options | {"ShardIteratorType": "TRIM_HORIZON"})["ShardIterator"])

    def _describe(self) -> Any:
        with aws_errors(self._resource, _MEND):
            return self._tables.describe_table(TableName=self._table)["Table"]

    def _is(self, on: bool) -> bool:
        """Whether the table has settled, and its stream takes records of changes if it shall."""
        table = self._describe()
        if table["TableStatus"] != "ACTIVE" or not on:
            return bool(table["TableStatus"] == "ACTIVE")
        with aws_errors(self._resource, _MEND):
            found = self._streams.describe_stream(StreamArn=table["LatestStreamArn"])["StreamDescription"]
        return found["StreamStatus"] == "ENABLED" and bool(found["Shards"])

    def _lost(self, why: str) -> AdapterError:
        return AdapterError("invalid", f"{self._resource}: {why}, so changes are missing", "Begin again with a full copy.")


def _made(record: Json) -> float:
    """When DynamoDB made the record (whole seconds, rounded down), since 1970."""
    return float(record["dynamodb"]["ApproximateCreationDateTime"].timestamp())
