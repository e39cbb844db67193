"""The DynamoDB side of a table's copy: scanning, reading and writing many items.

Lives here: calls of DynamoDB for one table. Never here: Azure, and what the items mean.
Source: DynamoDB API reference: Scan, BatchGetItem (100 keys), BatchWriteItem (25 items).
"""

import random
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import batched
from typing import Any

import boto3

from adapters.aws.errors import aws_errors
from adapters.errors import AdapterError
from adapters.states.dynamodb_values import Item, compact, item_to_json
from adapters.states.table_keys import KeySchema

_GET, _WRITE = 100, 25
_ATTEMPTS = 10
_MEND = "Check the name of the table in the plan, and its region."


class DynamoTable:
    """One table; clients of boto3 are safe for concurrent use."""

    def __init__(self, session: boto3.Session, table: str) -> None:
        self._client: Any = session.client("dynamodb")
        self._table = table
        self._resource = f"DynamoDB table {table}"

    @cached_property
    def schema(self) -> KeySchema:
        """Names and types of the key attributes."""
        description = self._describe()
        types = {one["AttributeName"]: one["AttributeType"] for one in description["AttributeDefinitions"]}
        order = sorted(description["KeySchema"], key=lambda one: str(one["KeyType"]) != "HASH")
        return KeySchema([(one["AttributeName"], types[one["AttributeName"]]) for one in order])

    def count(self) -> int:
        """Items, as the service last counted them (about every six hours)."""
        return int(self._describe()["ItemCount"])

    def scan(
        self, segment: int, segments: int, *, after: Item | None = None, keys_only: bool = False
    ) -> Iterator[tuple[list[Item], Item | None]]:
        """Pages (up to 1 MB) of a segment in the service's order, read consistently, each with the key to go on after."""
        options: dict[str, Any] = {
            "TableName": self._table,
            "ConsistentRead": True,
            "Segment": segment,
            "TotalSegments": segments,
        }
        if keys_only:
            options |= self._projection()
        while True:
            with aws_errors(self._resource, _MEND):
                page = self._client.scan(**options, **({"ExclusiveStartKey": after} if after else {}))
            after = page.get("LastEvaluatedKey")
            yield page["Items"], after
            if after is None:
                return

    def get(self, keys: Sequence[Item], *, keys_only: bool = False) -> dict[str, Item]:
        """The items that exist, by `key_text`; read consistently."""
        found: dict[str, Item] = {}
        for some in batched(keys, _GET, strict=False):
            wanted: dict[str, Any] = {"Keys": list(some), "ConsistentRead": True} | (self._projection() if keys_only else {})
            for attempt in range(_ATTEMPTS):
                with aws_errors(self._resource, _MEND):
                    answer = self._client.batch_get_item(RequestItems={self._table: wanted})
                for item in answer["Responses"].get(self._table, []):
                    found[self.key_text(item)] = item
                left: Any = answer.get("UnprocessedKeys", {}).get(self._table)
                if not left:
                    break
                wanted = left
                self._wait(attempt)
        return found

    def write(self, puts: Sequence[Item], deletes: Sequence[Item] = ()) -> None:
        """Put whole items and delete by key; no key may occur twice."""
        requests: list[dict[str, Any]] = [{"PutRequest": {"Item": item}} for item in puts]
        requests += [{"DeleteRequest": {"Key": key}} for key in deletes]
        for some in batched(requests, _WRITE, strict=False):
            left: Any = list(some)
            for attempt in range(_ATTEMPTS):
                with aws_errors(self._resource, _MEND):
                    answer = self._client.batch_write_item(RequestItems={self._table: left})
                left = answer.get("UnprocessedItems", {}).get(self._table)
                if not left:
                    break
                self._wait(attempt)

    def key_text(self, item: Item) -> str:
        """The item's key as one text, the same for equal keys."""
        return compact(item_to_json(self.schema.key_of(item)))

    def _describe(self) -> Any:
        with aws_errors(self._resource, _MEND):
            return self._client.describe_table(TableName=self._table)["Table"]

    def _projection(self) -> dict[str, Any]:
        names = {f"#k{index}": name for index, name in enumerate(self.schema.names)}
        return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}

    def _wait(self, attempt: int) -> None:
        """Before unprocessed work is sent again, as the API reference asks for."""
        if attempt + 1 == _ATTEMPTS:
            raise AdapterError(
                "throttled",
                f"{self._resource}: work was left over {_ATTEMPTS} times",
                "Raise the table's capacity, or try later.",
            )
        time.sleep(random.uniform(0, min(5.0, 0.05 * 2**attempt)))  # noqa: S311 - spreads callers, no secret
