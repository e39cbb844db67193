"""How fast each store is copied, as a part of the slower of raw read and raw write, measured in turns in the same run.

Raw read and raw write are what the emulators and this machine's client give without a copy in between: pages or objects read
and thrown away, and requests with content made beforehand. Only the parts can be compared between machines, never the rates.
"""

import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from azure.identity import DefaultAzureCredential
from azure.storage.queue import QueueClient as SdkQueue

from adapters.states.blob_target import BlobContainer
from adapters.states.dynamodb_source import DynamoTable
from adapters.states.dynamodb_table import DynamoTableStore
from adapters.states.message_envelope import Message, encode
from adapters.states.object_facts import Facts
from adapters.states.parallel import in_parallel
from adapters.states.queue_client import QueueClient
from adapters.states.s3_blob import S3BlobStore
from adapters.states.s3_source import S3Bucket, md5_of
from adapters.states.sqs_queue import SqsQueueMover
from adapters.states.table_client import TableClient
from adapters.states.table_codec import encode as entity_of
from adapters.states.table_writer import ThreadedWriter
from local.environment import Environment

ROUNDS = 3
SHARDS = 4


@dataclass(frozen=True)
class Case:
    """One kind of work; the functions take the number of the round."""

    name: str
    items: int
    read: Callable[[int], object]
    write: Callable[[int], object]
    copy: Callable[[int], object]


def table() -> list[str]:
    """The figures as rows of a Markdown table."""
    rows = ["| work | raw read /s | raw write /s | copy /s | part of the limit |", "| --- | --- | --- | --- | --- |"]
    with tempfile.TemporaryDirectory() as folder, Environment(Path(folder)) as environment:
        variables = environment.variables()
        os.environ.update(variables)
        session, credential = boto3.Session(region_name="eu-west-1"), DefaultAzureCredential()
        build = Builder(session, credential, variables)
        for case in (build.items(False, 2000), build.items(True, 10_000), build.objects(1000, 8 * 1024),
                     build.objects(8, 16 * 1024 * 1024), build.messages(2000)):  # fmt: skip
            read, write, copied = _medians(case)
            part = copied / min(read, write)
            rows.append(f"| {case.name} | {read:,.0f} | {write:,.0f} | {copied:,.0f} | {part:.2f} |")
    return rows


def _medians(case: Case) -> list[float]:
    """Items a second of reading, writing and copying, in turns."""
    rates: list[list[float]] = [[], [], []]
    for number in range(ROUNDS):
        for kept, work in zip(rates, (case.read, case.write, case.copy), strict=True):
            begin = time.perf_counter()
            work(number)
            kept.append(case.items / (time.perf_counter() - begin))
    return [statistics.median(kept) for kept in rates]


class Builder:
    """Makes the sources and the cases."""

    def __init__(self, session: boto3.Session, credential: DefaultAzureCredential, urls: dict[str, str]) -> None:
        self._session, self._credential, self._urls = session, credential, urls

    def items(self, shared: bool, count: int) -> Case:
        """DynamoDB items of about 500 bytes; `shared`: a hundred in a partition, else each in its own."""
        name, client = f"items{count}", self._session.client("dynamodb")
        keys: Any = [("id", "HASH"), ("sort", "RANGE")] if shared else [("id", "HASH")]
        client.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key, _ in keys],
        )  # fmt: skip
        source = DynamoTable(self._session, name)
        items = [_item(number, shared) for number in range(count)]
        source.write(items)
        entities = [entity_of(item, source.schema.to_table(item)) for item in items]

        def read(_: int) -> None:
            in_parallel(lambda part: sum(len(page) for page, _ in source.scan(part, SHARDS)), range(SHARDS))

        def write(number: int) -> None:
            target = TableClient(self._urls["TARGET_TABLES"], f"raw{count}x{number}", self._credential)
            target.create()
            ThreadedWriter(target).upsert(entities)

        def copy(number: int) -> None:
            store = DynamoTableStore(
                name=name, session=self._session, source_table=name, table_endpoint=self._urls["TARGET_TABLES"],
                target_table=f"copy{count}x{number}", credential=self._credential, shards=SHARDS,
            )  # fmt: skip
            _copy_all(store)

        kind = "100 a partition" if shared else "each its own partition"
        return Case(f"DynamoDB to Tables, {count:,} items of 500 B, {kind}", count, read, write, copy)

    def objects(self, count: int, size: int) -> Case:
        """S3 objects of one size."""
        name, client, content = f"objects{count}", self._session.client("s3"), os.urandom(size)
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        keys = [f"object{number:05}" for number in range(count)]
        in_parallel(lambda key: client.put_object(Bucket=name, Key=key, Body=content), keys)
        source, facts = S3Bucket(self._session, name, ""), Facts(size, None)

        def read_one(key: str) -> None:
            opened = source.open(key)
            if opened:
                md5_of(opened[1])

        def write(number: int) -> None:
            target = BlobContainer(self._urls["TARGET_BLOBS"], f"raw{count}x{number}", "", self._credential)
            target.create()
            in_parallel(lambda key: target.put(key, facts, content, _md5(content)), keys)

        def copy(number: int) -> None:
            store = S3BlobStore(
                name=name, session=self._session, source_bucket=name, prefix="", blob_endpoint=self._urls["TARGET_BLOBS"],
                container=f"copy{count}x{number}", credential=self._credential, shards=SHARDS,
            )  # fmt: skip
            _copy_all(store)

        return Case(
            f"S3 to Blob, {count:,} objects of {size // 1024:,} KiB", count, lambda _: in_parallel(read_one, keys), write, copy
        )

    def messages(self, count: int) -> Case:
        """SQS messages of about 500 bytes; they are sent anew for every reading and copy, outside the measured time."""
        client, endpoint = self._session.client("sqs"), self._urls["TARGET_QUEUES"]
        bodies = [f"{number:05}" + "x" * 495 for number in range(count)]
        for number in range(ROUNDS):
            for kind in ("read", "copy"):
                url = client.create_queue(QueueName=f"{kind}-{number}")["QueueUrl"]
                in_parallel(partial(_send, client, url), [bodies[at : at + 10] for at in range(0, count, 10)])

        def forget(queue: str) -> None:
            """Azurite looks through all messages of all queues at each request: leave none to the next measurement."""
            SdkQueue(endpoint, queue, credential=self._credential).delete_queue()

        def read(number: int) -> None:
            url = client.get_queue_url(QueueName=f"read-{number}")["QueueUrl"]
            in_parallel(lambda _: _take(client, url), range(count // 10))

        def write(number: int) -> None:
            target = QueueClient(endpoint, f"raw-{number}", self._credential)
            target.create()
            in_parallel(target.put, [encode(Message(body)) for body in bodies])
            forget(f"raw-{number}")

        def copy(number: int) -> None:
            mover = SqsQueueMover(
                name="bench", session=self._session, source_queue=f"copy-{number}", queue_endpoint=endpoint,
                target_queue=f"copy-{number}", credential=self._credential,
            )  # fmt: skip
            mover.prepare()
            while mover.to_target(600).token is not None:
                pass
            forget(f"copy-{number}")

        return Case(f"SQS to Queue, {count:,} messages of 500 B", count, read, write, copy)


def _copy_all(store: DynamoTableStore | S3BlobStore) -> None:
    store.prepare()
    in_parallel(lambda shard: store.copy(shard, None, 600), range(SHARDS))


def _item(number: int, shared: bool) -> dict[str, dict[str, Any]]:
    key = {"id": {"S": f"p{number // 100}"}, "sort": {"S": f"{number:06}"}} if shared else {"id": {"S": f"{number:06}"}}
    return key | {"total": {"N": f"{number}.5"}, "note": {"S": "x" * 400}, "tags": {"SS": ["a", "b"]}}


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def _send(client: Any, url: str, bodies: list[str]) -> None:
    entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
    client.send_message_batch(QueueUrl=url, Entries=entries)


def _take(client: Any, url: str) -> None:
    messages = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    entries = [{"Id": str(number), "ReceiptHandle": one["ReceiptHandle"]} for number, one in enumerate(messages)]
    if entries:
        client.delete_message_batch(QueueUrl=url, Entries=entries)


if __name__ == "__main__":
    print("\n".join(table()))
    sys.exit()
