"""Existing state for the sample: orders that were placed and processed before, written straight into the table and the bucket.

Lives here: making and writing them fast. Never here: deployment (deploy.py), traffic.

Usage, once `examples.orders.deploy` ran in the same environment: `python -m examples.orders.seed --orders 1000 --receipts 9`.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from typing import Any
from urllib.parse import quote

import boto3
from boto3.dynamodb.types import TypeSerializer
from botocore.config import Config

from examples.orders.aws.order import as_json, opened, parse, stored
from local.traffic.content import new_order

TABLE, SECRET = "orders", "orders/signing-key"
CONTENTS = 50
ODD_EVERY = 500
WRITERS = 4
BATCH = 25
PLACED = "2024-01-31T23:59:59.999999+00:00"


def seed(orders: int, receipts: int, *, sample: int = 100) -> list[dict[str, Any]]:
    """Write processed orders, `seed-000000` and on, and receipts of the first ones; the same again changes nothing.

    Every 500th has what only older rows have: an id with characters that other stores forbid in keys, an attribute with a
    hyphen in its name, a set of binaries.

    Args:
        orders: how many orders.
        receipts: how many of them get their receipt.
        sample: how many to answer.

    Returns:
        The API's JSON of the first `sample` orders that the API can address.
    """
    config = Config(max_pool_connections=WRITERS, parameter_validation=False)
    dynamodb, s3 = boto3.client("dynamodb", config=config), boto3.client("s3", config=config)
    bucket = f"orders-receipts-{boto3.client('sts').get_caller_identity()['Account']}"
    key = boto3.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"].encode()

    def write_orders(batch: tuple[dict[str, Any], ...]) -> None:
        requests: Any = {TABLE: [{"PutRequest": {"Item": item}} for item in batch]}
        while requests:
            requests = dynamodb.batch_write_item(RequestItems=requests)["UnprocessedItems"]

    def write_receipt(item: dict[str, Any]) -> None:
        order_id = item["id"]["S"]
        body = json.dumps({"id": order_id, "signature": item["signature"]["S"]}).encode()
        s3.put_object(
            Bucket=bucket, Key=f"receipts/{order_id}.json", Body=body, ContentType="application/json",
            Metadata={"orderid": quote(order_id), "kind": "receipt"},
        )  # fmt: skip

    with ThreadPoolExecutor(WRITERS) as pool:
        for wave in batched(
            batched(_items(orders, key), BATCH, strict=False), 10 * WRITERS, strict=False
        ):  # waves bound the memory
            list(pool.map(write_orders, wave))
        for some in batched(_items(receipts, key), 1000, strict=False):
            list(pool.map(write_receipt, some))
    return [as_json(order) for order in _orders(sample + sample // ODD_EVERY + 1, key) if "legacy-code" not in order][:sample]


def _orders(count: int, key: bytes) -> Iterator[dict[str, Any]]:
    """The orders one by one; contents repeat every `CONTENTS`, so that a large number is made fast."""
    contents = [_content(number) for number in range(min(count, CONTENTS))]
    for number in range(count):
        odd = number % ODD_EVERY == ODD_EVERY - 1
        content = {**contents[number % CONTENTS], "id": f"seed/{number:06d}?#%é" if odd else f"seed-{number:06d}"}
        order = opened(content, key, PLACED) | {"status": "processed", "processings": 1}
        yield order | {"legacy-code": "A/7", "digests": {b"\x00", b"\xff\xfe"}} if odd else order


def _content(number: int) -> dict[str, Any]:
    return parse(json.dumps(new_order(f"seed-{number}", random.Random(number))), "")  # noqa: S311  # repeatable on purpose


def _items(count: int, key: bytes) -> Iterator[dict[str, Any]]:
    """The same orders as DynamoDB items; what repeats is serialised once."""
    write = TypeSerializer().serialize
    known: dict[int, dict[str, Any]] = {}
    for number, order in enumerate(_orders(count, key)):
        varying = {name: order[name] for name in ("id", "signature", "legacy-code", "digests") if name in order}
        place = number % CONTENTS
        if place not in known:
            known[place] = {name: write(value) for name, value in stored(order).items() if name not in varying}
        yield known[place] | {name: write(value) for name, value in varying.items()}


def main() -> int:
    """Seed, and say what was written."""
    parser = argparse.ArgumentParser(description="Put existing orders into the sample's table and bucket.")
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--receipts", type=int, default=100)
    given = parser.parse_args()
    seed(given.orders, min(given.receipts, given.orders), sample=0)
    print(f"{given.orders} orders, {min(given.receipts, given.orders)} receipts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
