"""A DynamoDB table and an Azure table for the contract of StateStore."""

from typing import Any

import boto3
from azure.identity import DefaultAzureCredential

from adapters.ports import StateStore
from adapters.states.dynamodb_table import DynamoTableStore
from adapters.states.dynamodb_values import Item, item_to_json
from adapters.states.survey import shown
from adapters.states.table_client import TableClient
from adapters.states.table_codec import decode, encode
from adapters.states.table_keys import KeySchema


def hard_item(key: str, content: int) -> Item:
    """One of each type that is easily altered."""
    return {
        "id": {"S": key},
        "content": {"N": str(content)},
        "digits": {"N": str(10**37 + content)},
        "tiny": {"N": "-1E-130"},
        "huge": {"N": "9.9E125"},
        "empty": {"S": ""},
        "none": {"NULL": True},
        "yes": {"BOOL": True},
        "bytes": {"B": b"\x00\xff" * content},
        "names": {"SS": ["b", "a", "ü"]},
        "lots": {"NS": ["1.50", "-0.1", "10"]},
        "blobs": {"BS": [b"z", b"\x00"]},
        "nested": {"M": {"list": {"L": [{"M": {}}, {"L": []}, {"N": "1.0"}]}, "": {"S": "é\u0000\U0001f600"}}},
        "odd-name": {"N": "7"},
        "PartitionKey": {"S": "reserved"},
        "note__dynamodb": {"S": "looks like a companion"},
    }


class TableSides:
    """An empty pair of tables."""

    several_pages = 1100
    hard_keys: list[str] = ["a/b\\c#d?e%f", "ключ \U0001f600", "it's", "line\nbreak\x7f", "a b+c&d", "%41"]

    def __init__(self, tables: str, name: str, shards: int = 3) -> None:
        session = boto3.Session(region_name="eu-west-1")
        self._client: Any = session.client("dynamodb")
        self._source = name
        self._client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        credential = DefaultAzureCredential()
        self._target = TableClient(tables, name, credential)
        self._schema = KeySchema([("id", "S")])
        self.store: StateStore = DynamoTableStore(
            name=name, session=session, source_table=name, table_endpoint=tables, target_table=name, credential=credential,
            shards=shards,
        )  # fmt: skip

    def shown(self, key: str) -> str:
        return shown(self._schema.to_table({"id": {"S": key}}))

    def put_source(self, key: str, content: int) -> None:
        self._client.put_item(TableName=self._source, Item=hard_item(key, content))

    def delete_source(self, key: str) -> None:
        self._client.delete_item(TableName=self._source, Key={"id": {"S": key}})

    def put_target(self, key: str, content: int) -> None:
        item = hard_item(key, content)
        self._target.upsert(encode(item, self._schema.to_table(item)))

    def delete_target(self, key: str) -> None:
        self._target.delete(self._schema.to_table({"id": {"S": key}}))

    def fill_source(self, keys: list[str]) -> None:
        padding: Item = {"padding": {"S": "x" * 3500}} if len(keys) > 1000 else {}
        for start in range(0, len(keys), 25):
            requests = [{"PutRequest": {"Item": hard_item(key, 1) | padding}} for key in keys[start : start + 25]]
            assert not self._client.batch_write_item(RequestItems={self._source: requests})["UnprocessedItems"]

    def source(self) -> dict[str, Any]:
        pages = self._client.get_paginator("scan").paginate(TableName=self._source)
        return {item["id"]["S"]: item_to_json(item) for page in pages for item in page["Items"]}

    def target(self) -> dict[str, Any]:
        items = [decode(entity) for page, _ in self._target.pages() for entity in page]
        return {item["id"]["S"]: item_to_json(item) for item in items}

    def remove_source(self) -> None:
        self._client.delete_table(TableName=self._source)
