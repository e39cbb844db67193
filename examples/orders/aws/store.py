"""The workload's state on AWS: table, bucket, queue and secret. Clients are made once an execution environment.

Lives here: calls of AWS services. Never here: business rules (order.py), HTTP answers (api.py).
"""

import json
import os
from functools import cache
from typing import Any

import boto3
from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from order import Order, restored, stored

_TO, _FROM = TypeSerializer(), TypeDeserializer()


@cache
def client(service: str) -> Any:
    """A client of one AWS service."""
    return boto3.client(service)


@cache
def signing_key() -> bytes:
    """The secret that signs orders; read once, never logged."""
    return str(client("secretsmanager").get_secret_value(SecretId=os.environ["SIGNING_KEY_SECRET"])["SecretString"]).encode()


def _key(order_id: str) -> dict[str, Any]:
    return {"TableName": os.environ["TABLE"], "Key": {"id": {"S": order_id}}}


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Binary) else value


def to_item(order: Order) -> dict[str, Any]:
    """The order as a DynamoDB item."""
    return {field: _TO.serialize(value) for field, value in stored(order).items()}


def from_item(item: dict[str, Any]) -> Order:
    """The order in a DynamoDB item."""
    return restored({field: _plain(_FROM.deserialize(value)) for field, value in item.items()})


def insert(order: Order) -> bool:
    """Store a new order; False when the id is taken."""
    dynamodb = client("dynamodb")
    try:
        dynamodb.put_item(TableName=os.environ["TABLE"], Item=to_item(order), ConditionExpression="attribute_not_exists(id)")
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True


def get(order_id: str) -> Order | None:
    """The order as last written, or None."""
    item = client("dynamodb").get_item(**_key(order_id), ConsistentRead=True).get("Item")
    return from_item(item) if item else None


def some(limit: int) -> list[Order]:
    """Up to `limit` orders, in no order."""
    answer = client("dynamodb").scan(TableName=os.environ["TABLE"], Limit=limit, ConsistentRead=True)
    return [from_item(item) for item in answer["Items"]]


def update(order_id: str, changes: dict[str, str]) -> Order | None:
    """Set the given fields and count the version up by one, atomically; None when there is no such order."""
    names = {f"#{index}": field for index, field in enumerate(changes)}
    values = {f":{index}": {"S": value} for index, value in enumerate(changes.values())}
    assignments = ", ".join(f"#{index} = :{index}" for index in range(len(changes)))
    return _changed(order_id, f"SET {assignments} ADD version :one", names, values)


def count_processing(order_id: str) -> Order | None:
    """Count one processing and set the status, atomically; None when there is no such order.

    Deliberately not idempotent: a message that is worked on twice shows as 2.
    """
    expression = "SET #status = :status ADD processings :one"
    return _changed(order_id, expression, {"#status": "status"}, {":status": {"S": "processed"}})


def _changed(order_id: str, expression: str, names: dict[str, str], values: dict[str, Any]) -> Order | None:
    dynamodb = client("dynamodb")
    try:
        answer = dynamodb.update_item(
            **_key(order_id),
            UpdateExpression=expression,
            ConditionExpression="attribute_exists(id)",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={**values, ":one": {"N": "1"}},
            ReturnValues="ALL_NEW",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return None
    return from_item(answer["Attributes"])


def remove(order_id: str) -> bool:
    """Delete the order; False when there was none."""
    return "Attributes" in client("dynamodb").delete_item(**_key(order_id), ReturnValues="ALL_OLD")


def statuses() -> dict[str, int]:
    """How many orders have each status."""
    counts: dict[str, int] = {}
    pages = client("dynamodb").get_paginator("scan").paginate(
        TableName=os.environ["TABLE"], ProjectionExpression="#status", ExpressionAttributeNames={"#status": "status"}
    )  # fmt: skip
    for page in pages:
        for item in page["Items"]:
            status = item["status"]["S"]
            counts[status] = counts.get(status, 0) + 1
    return counts


def enqueue(order_id: str) -> None:
    """Ask the worker to process the order."""
    client("sqs").send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps({"id": order_id}))


def write_document(key: str, document: dict[str, Any], metadata: dict[str, str]) -> None:
    """Write a JSON object into the bucket."""
    client("s3").put_object(
        Bucket=os.environ["BUCKET"], Key=key, Body=json.dumps(document, sort_keys=True).encode(),
        ContentType="application/json", Metadata=metadata,
    )  # fmt: skip


def remove_document(key: str) -> None:
    """Delete an object; one that is not there is gone."""
    client("s3").delete_object(Bucket=os.environ["BUCKET"], Key=key)
