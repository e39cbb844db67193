"""The whole bridge on MiniStack and Azurite: up and down the ladder under writers, with a book that everybody really reads."""

import os
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import boto3
import pytest
from azure.data.tables import TableServiceClient
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from adapters.states.blob_target import BlobContainer
from adapters.states.object_pair import ObjectPair
from adapters.states.s3_source import S3Bucket
from bridge.aws import aws_session
from bridge.blob_side import BlobSide
from bridge.book import Book
from bridge.documents import Document
from bridge.dynamo_side import DynamoSide
from bridge.ladder import Ladder
from bridge.messages import Messages, SqsQueue, StorageQueue
from bridge.place import behind
from bridge.records import Records
from bridge.s3_side import S3Side
from bridge.table_side import TableSide
from tests.bridge.memory import until

NAME = f"bridged{uuid.uuid4().hex[:8]}"
LEAST = 8
"""Writes of each kind that a rung has to see."""


@pytest.fixture(scope="module")
def stores(credential: DefaultAzureCredential) -> boto3.Session:
    """A table, a bucket and a queue on either side, all of one name."""
    session = aws_session(os.environ, credential)
    session.client("dynamodb").create_table(
        TableName=NAME, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )  # fmt: skip
    where: Any = {"LocationConstraint": session.region_name}
    session.client("s3").create_bucket(Bucket=NAME, CreateBucketConfiguration=where)
    session.client("sqs").create_queue(QueueName=NAME)
    TableServiceClient(os.environ["TARGET_TABLES"], credential=credential).create_table(NAME)
    BlobServiceClient(os.environ["TARGET_BLOBS"], credential=credential).create_container(NAME)
    QueueServiceClient(os.environ["TARGET_QUEUES"], credential=credential).create_queue(NAME)
    return session


class App:
    """An instance of an app."""

    def __init__(self, book: Book, session: boto3.Session, credential: DefaultAzureCredential) -> None:
        self.ladder = Ladder(book, poll=0.1)
        self.aws, self.azure = DynamoSide(session, NAME, "id"), TableSide(os.environ["TARGET_TABLES"], NAME, credential)
        self.counters = Records(self.ladder, "counters", aws=self.aws, azure=self.azure)
        blobs = BlobSide(os.environ["TARGET_BLOBS"], NAME, credential)
        self.documents = Records(self.ladder, "documents", aws=S3Side(session, NAME), azure=blobs)
        url = session.client("sqs").get_queue_url(QueueName=NAME)["QueueUrl"]
        queue = StorageQueue(os.environ["TARGET_QUEUES"], NAME, credential)
        self.messages = Messages(self.ladder, aws=SqsQueue(session, url), azure=queue)

    def count(self, key: str) -> None:
        assert self.counters.change(key, lambda item: item | {"n": item["n"] + 1, "last": self.ladder.id}) is not None

    def write(self, key: str, text: str) -> None:
        self.documents.put(key, Document(text.encode(), "text/plain", {"by": self.ladder.id}))


@pytest.fixture
def apps(book: Book, stores: boto3.Session, credential: DefaultAzureCredential) -> list[App]:
    book.change(rung="aws")
    return [App(book, stores, credential) for _ in range(3)]


def reach(book: Book, **changes: Any) -> None:
    place = book.change(**changes)
    until(lambda: not behind(place, book.instances(), book.now()) and book.repairs() == 0, 30)


def climb(book: Book, rung: str, seen: Callable[[], None]) -> None:
    """To a neighbouring rung, as the agent does it."""
    if {rung, getattr(book.place(), "rung", "")} == {"shadow", "live"}:
        reach(book, held=True)
        reach(book, rung=rung)
        reach(book, held=False)
    else:
        reach(book, rung=rung)
    seen()


def test_up_and_down_the_ladder_on_real_stores(book: Book, apps: list[App], credential: DefaultAzureCredential) -> None:
    key, document = f"n/{uuid.uuid4()}", f"d/{uuid.uuid4()}.txt"
    assert apps[0].counters.insert(key, {"id": key, "n": Decimal(0), "tags": {"a", "b"}})
    done, counts = threading.Event(), [0] * 4

    def work(number: int) -> None:
        while not done.is_set():
            if number < 3:
                apps[number].count(key)
            else:
                apps[counts[3] % 3].write(document, f"{counts[3]}")
            counts[number] += 1

    def seen() -> None:
        before = list(counts)
        until(lambda: sum(counts[:3]) >= sum(before[:3]) + LEAST and counts[3] > before[3] + 1, 60)

    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(work, number) for number in range(4)]
        try:
            for rung in ("dual", "shadow", "live", "shadow", "live", "shadow", "dual"):
                climb(book, rung, seen)
        finally:
            done.set()
        for each in working:
            each.result()
    there, here = apps[0].aws.read(key), apps[0].azure.read(key)
    assert there.value == here.value
    assert there.value is not None
    assert there.value["n"] == sum(counts[:3])
    assert apps[0].documents.get(document) == Document(
        f"{counts[3] - 1}".encode(), "text/plain", {"by": apps[(counts[3] - 1) % 3].ladder.id}
    )
    assert (book.repairs(), book.differences()) == (0, [])
    told = book.instances()
    assert sum(instance.different for instance in told) == 0
    assert sum(instance.compared for instance in told) == 0  # nobody read
    for app in apps:
        app.ladder.close()
    assert book.instances() == []
    bucket, container = S3Bucket(boto3.Session(), NAME, ""), BlobContainer(os.environ["TARGET_BLOBS"], NAME, "", credential)
    assert not ObjectPair(bucket, container, 1).differences(0), "the agent's comparison of objects"


def test_messages_go_where_the_producers_are(
    book: Book, apps: list[App], stores: boto3.Session, credential: DefaultAzureCredential
) -> None:
    app = apps[0]
    app.messages.send("one")
    book.change(producers="azure")
    app.ladder.start()
    until(lambda: any(instance.number == 2 for instance in book.instances()))
    app.messages.send("two")
    sqs = stores.client("sqs")
    url = sqs.get_queue_url(QueueName=NAME)["QueueUrl"]
    assert [message["Body"] for message in sqs.receive_message(QueueUrl=url)["Messages"]] == ["one"]
    queue = QueueServiceClient(os.environ["TARGET_QUEUES"], credential=credential).get_queue_client(NAME)
    assert [message.content for message in queue.receive_messages()] == ["dHdv"]  # "two" in base64, as the trigger expects it
    app.ladder.close()
