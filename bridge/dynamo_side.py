"""A table of DynamoDB as a side of records: an item under a partition key, and under a sort key if the table has one.

Lives here: the calls, and conditions on what was read. Never here: types of values (values.py).

An item has no version of its own, so a write is conditional on every top-level attribute that was read or is to be written, and
changes only the attributes that differ: a Lambda function that writes at the same time is never overwritten.
Limits of expressions: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3

from bridge import values
from bridge.calls import AWS_LIMITS
from bridge.keys import KeyPart, dynamo_key
from bridge.side import Held
from bridge.values import Item, plain, typed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_ATTRIBUTES = 140
"""Of an item that is changed: an expression has at most 300 operators and 4 KB."""


class DynamoSide:
    """Args: session, table, and the key's attributes: `"id"`, or `"customer", ("number", "N")`."""

    def __init__(self, session: boto3.Session, table: str, *key: KeyPart) -> None:
        self._name, self._key = table, key
        self._client: DynamoDBClient = session.client("dynamodb", config=AWS_LIMITS)

    def digest(self, value: Item | None) -> str:
        return values.digest(value)

    def read(self, key: str) -> Held[Item]:
        found = self._client.get_item(**self._at(key), ConsistentRead=True).get("Item")
        if found is None:
            return Held()
        item = _item(found)
        return Held(item, values.digest(item))

    def write(self, key: str, value: Item | None, held: Held[Item]) -> bool:
        try:
            if held.value is None:
                if value is not None:
                    absent: Any = {"ConditionExpression": "attribute_not_exists(#k)"}
                    absent |= {"ExpressionAttributeNames": {"#k": self._partition}}
                    self._client.put_item(TableName=self._name, Item=_attributes(value), **absent)
            elif value is None:
                self._client.delete_item(**self._at(key), **_as_read(held.value, held.value))
            else:
                changes = _changes(held.value, value)
                if changes:
                    self._client.update_item(**self._at(key), **changes)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def some(self, limit: int) -> list[Item]:
        answer = self._client.scan(TableName=self._name, Limit=limit, ConsistentRead=True)
        return [_item(found) for found in answer["Items"]]

    def iterate(self) -> Iterator[Item]:
        for page in self._client.get_paginator("scan").paginate(TableName=self._name, ConsistentRead=True):
            yield from (_item(found) for found in page["Items"])

    def _at(self, key: str) -> Any:
        return {"TableName": self._name, "Key": dynamo_key(key, self._key)}

    @property
    def _partition(self) -> str:
        """Name of the partition key."""
        return self._key[0] if isinstance(self._key[0], str) else self._key[0][0]


def _item(found: Any) -> Item:
    return {name: plain(value) for name, value in found.items()}


def _attributes(item: Item) -> dict[str, Any]:
    return {name: typed(value) for name, value in item.items()}


def _changes(was: Item, wanted: Item) -> Any:
    """Arguments of UpdateItem; none when nothing differs."""
    old, new = _attributes(was), _attributes(wanted)
    setting = [name for name in new if old.get(name) != new[name]]
    removing = [name for name in old if name not in new]
    if not setting and not removing:
        return {}
    request = _as_read(was, was | wanted)
    places = {name: place for place, name in request["ExpressionAttributeNames"].items()}
    sets = ", ".join(f"{places[name]} = :n{number}" for number, name in enumerate(setting))
    removes = ", ".join(places[name] for name in removing)
    request["ExpressionAttributeValues"] |= {f":n{number}": new[name] for number, name in enumerate(setting)}
    request["UpdateExpression"] = (f"SET {sets} " if sets else "") + (f"REMOVE {removes}" if removes else "")
    return request


def _as_read(was: Item, named: Item) -> Any:
    """The condition that each of the named attributes is as it was read, or still absent."""
    if len(named) > MOST_ATTRIBUTES:
        raise ValueError(f"an item with {len(named)} attributes cannot be changed safely; {MOST_ATTRIBUTES} are the most")
    old, names = _attributes(was), {f"#{number}": name for number, name in enumerate(named)}
    conditions = [
        f"{place} = :{place[1:]}" if name in old else f"attribute_not_exists({place})" for place, name in names.items()
    ]
    values_read = {f":{place[1:]}": old[name] for place, name in names.items() if name in old}
    return {
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values_read,
    }
