"""The workload's state on Azure: table, container and queue. Clients are made once a process.

Lives here: calls of Azure Storage. Never here: business rules (order.py), HTTP answers (function_app.py).
"""

import json
import logging
import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import TableClient, TableServiceClient, UpdateMode
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient, ContentSettings
from azure.storage.queue import QueueClient, QueueServiceClient, TextBase64EncodePolicy
from codec import entity_key, from_entity, properties, to_entity
from order import Order, restored, stored

TABLE, CONTAINER, QUEUE = "orders", "receipts", "orders-queue"
ATTEMPTS = 20

logging.getLogger("azure").setLevel(logging.WARNING)  # else the SDK logs every request


@cache
def _credential() -> DefaultAzureCredential:
    return DefaultAzureCredential()


@cache
def _table() -> TableClient:
    return TableServiceClient(os.environ["ORDERS_TABLES"], credential=_credential()).get_table_client(TABLE)


@cache
def _blobs() -> BlobServiceClient:
    return BlobServiceClient(os.environ["ORDERS_BLOBS"], credential=_credential())


@cache
def _queue() -> QueueClient:
    service = QueueServiceClient(os.environ["ORDERS_QUEUES"], credential=_credential())
    return service.get_queue_client(QUEUE, message_encode_policy=TextBase64EncodePolicy())


def signing_key() -> bytes:
    """The secret that signs orders; a Key Vault reference in the app settings."""
    return os.environ["ORDERS_SIGNING_KEY"].encode()


def insert(order: Order) -> bool:
    """Store a new order; False when the id is taken."""
    try:
        _table().create_entity(to_entity(stored(order)))
    except ResourceExistsError:
        return False
    return True


def _entity(order_id: str) -> Any:
    key = entity_key(order_id)
    try:
        return _table().get_entity(key["PartitionKey"], key["RowKey"])
    except ResourceNotFoundError:
        return None


def get(order_id: str) -> Order | None:
    """The order as last written, or None."""
    entity = _entity(order_id)
    return restored(from_entity(entity)) if entity is not None else None


def some(limit: int) -> list[Order]:
    """Up to `limit` orders, in no order."""
    page = next(_table().list_entities(results_per_page=limit).by_page(), [])
    return [restored(from_entity(entity)) for entity in page]


def update(order_id: str, changes: dict[str, str]) -> Order | None:
    """Set the given fields and count the version up by one, atomically; None when there is no such order."""
    return _changed(order_id, lambda order: {**changes, "version": order["version"] + 1})


def count_processing(order_id: str) -> Order | None:
    """Count one processing and set the status, atomically; None when there is no such order.

    Deliberately not idempotent: a message that is worked on twice shows as 2.
    """
    return _changed(order_id, lambda order: {"status": "processed", "processings": order["processings"] + 1})


def _changed(order_id: str, change: Callable[[Order], Order]) -> Order | None:
    """Read, change and write back, again and again until nobody wrote in between (optimistic concurrency by ETag)."""
    for _ in range(ATTEMPTS):
        entity = _entity(order_id)
        if entity is None:
            return None
        order = restored(from_entity(entity))
        changes = change(order)
        try:
            _table().update_entity(
                entity_key(order_id) | properties(changes), mode=UpdateMode.MERGE,
                etag=entity.metadata["etag"], match_condition=MatchConditions.IfNotModified,
            )  # fmt: skip
        except ResourceModifiedError:
            time.sleep(random.uniform(0.005, 0.05))  # noqa: S311  # spreads the writers, keeps no secret
        except ResourceNotFoundError:
            return None
        else:
            return order | changes
    raise RuntimeError(f"order {order_id} was changed by others {ATTEMPTS} times in a row; try again")


def remove(order_id: str) -> bool:
    """Delete the order; False when there was none."""
    entity = _entity(order_id)
    if entity is None:
        return False
    _table().delete_entity(entity["PartitionKey"], entity["RowKey"])
    return True


def statuses() -> dict[str, int]:
    """How many orders have each status."""
    counts: dict[str, int] = {}
    for entity in _table().list_entities(select=["status"]):
        counts[entity["status"]] = counts.get(entity["status"], 0) + 1
    return counts


def enqueue(order_id: str) -> None:
    """Ask the worker to process the order."""
    _queue().send_message(json.dumps({"id": order_id}))


def write_document(name: str, document: dict[str, Any], metadata: dict[str, str]) -> None:
    """Write a JSON blob into the container."""
    _blobs().get_blob_client(CONTAINER, name).upload_blob(
        json.dumps(document, sort_keys=True), overwrite=True, metadata=metadata,
        content_settings=ContentSettings(content_type="application/json"),
    )  # fmt: skip


def remove_document(name: str) -> None:
    """Delete a blob; one that is not there is gone."""
    with suppress(ResourceNotFoundError):
        _blobs().get_blob_client(CONTAINER, name).delete_blob()
