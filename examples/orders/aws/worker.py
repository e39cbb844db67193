"""Lambda `orders-worker`: processes the orders that the queue names.

Lives here: what happens to one message and to a batch. Never here: AWS calls (store.py).
"""

import json
from datetime import UTC, datetime
from typing import Any

import store
from order import as_json


def process(order_id: str) -> None:
    """Write the receipt, then count the processing. An order that was deleted meanwhile has no effect.

    The receipt comes first because writing it again is harmless: a failure in between must not count twice.
    """
    order = store.get(order_id)
    if order is None:
        return
    receipt = {**{field: order[field] for field in ("id", "customer", "total", "signature")}, "receipted": now()}
    store.write_document(f"receipts/{order_id}.json", as_json(receipt), {"orderid": order_id, "kind": "receipt"})
    if store.count_processing(order_id) is None:
        store.remove_document(f"receipts/{order_id}.json")


def now() -> str:
    """The time in ISO 8601."""
    return datetime.now(UTC).isoformat()


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Entry point: only the messages that failed come back to the queue."""
    failed = []
    for record in event["Records"]:
        try:
            process(json.loads(record["body"])["id"])
        except Exception as error:
            print("failed", record["messageId"], type(error).__name__, error)
            failed.append({"itemIdentifier": record["messageId"]})
    print("processed", len(event["Records"]) - len(failed), "of", len(event["Records"]))
    return {"batchItemFailures": failed}
