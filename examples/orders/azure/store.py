"""The workload's state while it moves, and afterwards on Azure: orders, documents, messages, and who owns a firing.

Lives here: which stores there are, on both clouds. Never here: which of them decides (the bridge), business rules (order.py),
HTTP answers (function_app.py).
"""

import json
import logging
import os
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from azure.identity import DefaultAzureCredential
from order import Order, restored, stored

from bridge.aws import aws_session
from bridge.blob_side import BlobSide
from bridge.documents import Document
from bridge.dynamo_side import DynamoSide
from bridge.ladder import Ladder
from bridge.messages import Messages, SqsQueue, StorageQueue
from bridge.records import Records
from bridge.s3_side import S3Side
from bridge.table_side import TableSide
from bridge.values import Item

logging.getLogger("azure").setLevel(logging.WARNING)  # else the SDK logs every request


class Stores:
    """Everything that the app keeps; AWS is known only while a ladder leads the app."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        credential = DefaultAzureCredential()
        self.ladder = Ladder.from_environment(settings, credential).start()
        table = TableSide(settings["ORDERS_TABLES"], "orders", credential)
        container = BlobSide(settings["ORDERS_BLOBS"], "receipts", credential)
        queue = StorageQueue(settings["ORDERS_QUEUES"], "orders-queue", credential)
        aws: dict[str, Any] = {"table": None, "bucket": None, "queue": None}
        if self.ladder.book is not None:
            session = aws_session(settings, credential)
            aws["table"] = DynamoSide(session, settings["ORDERS_AWS_TABLE"], "id")
            aws["bucket"] = S3Side(session, settings["ORDERS_AWS_BUCKET"])
            aws["queue"] = SqsQueue(session, settings["ORDERS_AWS_QUEUE_URL"])
        self.orders = Records[Item](self.ladder, "orders", aws=aws["table"], azure=table)
        self.documents = Records[Document](self.ladder, "receipts", aws=aws["bucket"], azure=container)
        self.messages = Messages(self.ladder, aws=aws["queue"], azure=queue)


_making = threading.Lock()


@cache
def _made() -> Stores:
    return Stores(os.environ)


def _stores() -> Stores:
    with _making:  # once a process, however many requests come first
        return _made()


def signing_key() -> bytes:
    """The secret that signs orders; a Key Vault reference in the app settings."""
    return os.environ["ORDERS_SIGNING_KEY"].encode()


def insert(order: Order) -> bool:
    """Store a new order; False when the id is taken."""
    try:
        return _stores().orders.insert(order["id"], stored(order))
    except Exception:
        known = get(order["id"])  # the answer may have been lost on its way, and nobody would process the order
        if known is None or known["created"] != order["created"]:
            raise
        return True


def get(order_id: str) -> Order | None:
    """The order as last written, or None."""
    attributes = _stores().orders.get(order_id)
    return restored(attributes) if attributes is not None else None


def some(limit: int) -> list[Order]:
    """Up to `limit` orders, in no order."""
    return [restored(attributes) for attributes in _stores().orders.some(limit)]


def update(order_id: str, changes: dict[str, str]) -> Order | None:
    """Set the given fields and count the version up by one, atomically; None when there is no such order."""
    return _changed(order_id, lambda item: item | changes | {"version": item["version"] + 1})


def count_processing(order_id: str) -> Order | None:
    """Count one processing and set the status, atomically; None when there is no such order.

    Deliberately not idempotent: a message that is worked on twice shows as 2.
    """
    return _changed(order_id, lambda item: item | {"status": "processed", "processings": item["processings"] + 1})


def _changed(order_id: str, change: Callable[[Item], Item]) -> Order | None:
    changed = _stores().orders.change(order_id, change)
    return restored(changed) if changed is not None else None


def remove(order_id: str) -> bool:
    """Delete the order; False when there was none."""
    return _stores().orders.delete(order_id)


def statuses() -> dict[str, int]:
    """How many orders have each status."""
    counts: dict[str, int] = {}
    for item in _stores().orders.iterate():
        counts[item["status"]] = counts.get(item["status"], 0) + 1
    return counts


def enqueue(order_id: str) -> None:
    """Ask the worker to process the order."""
    _stores().messages.send(json.dumps({"id": order_id}))


def write_document(name: str, document: dict[str, Any], metadata: dict[str, str]) -> None:
    """Write a JSON document."""
    content = json.dumps(document, sort_keys=True).encode()
    _stores().documents.put(name, Document(content, "application/json", metadata))


def remove_document(name: str) -> None:
    """Delete a document; one that is not there is gone."""
    _stores().documents.delete(name)


def owns_firing(scheduled: datetime) -> bool:
    """Whether this side runs the firing that the schedule meant for that moment."""
    return _stores().ladder.owns_firing(scheduled)


if os.environ.get("BRIDGE_LADDER"):
    _stores()  # to be led, an instance has to tell of itself before its first request
