"""Lambda `orders-api`: the HTTP API of the workload.

Lives here: what each route does and answers. Never here: rules of an order (order.py), AWS calls (store.py).
"""

import base64
import json
import uuid
from datetime import UTC, datetime
from typing import Any

import store
from order import Refused, as_json, changes, name, opened, parse

Answer = dict[str, Any]


def answer(status: int, body: Any = None) -> Answer:
    """An answer in API Gateway's payload format 2.0; without a body for None."""
    if body is None:
        return {"statusCode": status}
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(as_json(body))}


def create(event: dict[str, Any]) -> Answer:
    """201 once stored and enqueued; 200 with the stored order when the id is known."""
    order = opened(parse(body(event), str(uuid.uuid4())), store.signing_key(), datetime.now(UTC).isoformat())
    if not store.insert(order):
        known = store.get(order["id"])
        if known is None:
            return answer(409, {"error": "the order was deleted meanwhile; send it again"})
        if known["created"] != order["created"]:  # equal: our own write, repeated by the SDK after a lost answer
            return answer(200, known)
    try:
        store.enqueue(order["id"])
    except Exception:
        store.remove(order["id"])  # else a repeat would answer 200 for an order that nobody will process
        raise
    return answer(201, order)


def read(event: dict[str, Any]) -> Answer:
    """200 with the order, or 404."""
    return found(store.get(order_id(event)))


def list_some(event: dict[str, Any]) -> Answer:
    """200 with up to `limit` orders (1 to 100, 20 by default)."""
    limit = (event.get("queryStringParameters") or {}).get("limit", "20")
    if not limit.isdecimal() or not 1 <= int(limit) <= 100:
        raise Refused("limit must be a number from 1 to 100")
    return answer(200, {"orders": store.some(int(limit))})


def update(event: dict[str, Any]) -> Answer:
    """200 with the order under its new version, or 404."""
    return found(store.update(order_id(event), changes(body(event))))


def delete(event: dict[str, Any]) -> Answer:
    """204, or 404; the receipt goes with the order."""
    named = order_id(event)
    known = store.remove(named)
    store.remove_document(f"receipts/{named}.json")
    return answer(204) if known else found(None)


def health(_event: dict[str, Any]) -> Answer:
    """200 while the table answers."""
    store.get("health")
    return answer(200, {"status": "ok", "platform": "aws-lambda"})


ROUTES = {
    "POST /orders": create,
    "GET /orders": list_some,
    "GET /orders/{id}": read,
    "PUT /orders/{id}": update,
    "DELETE /orders/{id}": delete,
    "GET /health": health,
}


def found(order: dict[str, Any] | None) -> Answer:
    """The order, or 404."""
    return answer(200, order) if order else answer(404, {"error": "no such order"})


def order_id(event: dict[str, Any]) -> str:
    """The id in the path."""
    return name(event["pathParameters"]["id"])


def body(event: dict[str, Any]) -> str:
    """The request's body as text; API Gateway encodes what it takes for binary."""
    text = event.get("body") or ""
    return base64.b64decode(text).decode() if event.get("isBase64Encoded") else text


def handler(event: dict[str, Any], _context: Any) -> Answer:
    """Entry point. The printed line is the access log."""
    route = event["routeKey"]
    try:
        result = ROUTES[route](event)
    except Refused as refused:
        result = answer(400, {"error": str(refused)})
    print(route, result["statusCode"])
    return result
