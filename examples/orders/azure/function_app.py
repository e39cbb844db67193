"""The workload as a function app: the same routes, queue worker and nightly schedule that the Lambda functions had.

Lives here: triggers, and what each does and answers. Never here: rules of an order (order.py), where state is kept (store.py).
"""

import json
import logging
import os
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import azure.functions as func
import store
from order import Refused, as_json, changes, name, opened, parse

from bridge.errors import NotNow
from bridge.firing import scheduled_time

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
NIGHTLY = "%NIGHTLY_SCHEDULE%" if "NIGHTLY_SCHEDULE" in os.environ else "0 0 2 * * *"


def answer(status: int, body: Any = None) -> func.HttpResponse:
    """A JSON answer; without a body for None."""
    if body is None:
        return func.HttpResponse(status_code=status)
    return func.HttpResponse(json.dumps(as_json(body)), status_code=status, mimetype="application/json")


def found(order: dict[str, Any] | None) -> func.HttpResponse:
    """The order, or 404."""
    return answer(200, order) if order else answer(404, {"error": "no such order"})


def refusing(route: Callable[[func.HttpRequest], func.HttpResponse]) -> Callable[[func.HttpRequest], func.HttpResponse]:
    """400 with the reason when the request breaks a rule; 503 while the state cannot be reached for a moment."""

    @wraps(route)
    def guarded(req: func.HttpRequest) -> func.HttpResponse:
        try:
            return route(req)
        except Refused as refused:
            return answer(400, {"error": str(refused)})
        except NotNow as later:
            body = json.dumps({"error": str(later)})
            return func.HttpResponse(body, status_code=503, headers={"Retry-After": "1"}, mimetype="application/json")

    return guarded


def order_id(req: func.HttpRequest) -> str:
    """The id in the path."""
    return name(req.route_params["id"])


def body(req: func.HttpRequest) -> str:
    """The request's body as text."""
    try:
        return req.get_body().decode()
    except UnicodeDecodeError as error:
        raise Refused("the body must be UTF-8") from error


@app.route(route="orders", methods=["POST"])
@refusing
def create_order(req: func.HttpRequest) -> func.HttpResponse:
    """201 once stored and enqueued; 200 with the stored order when the id is known."""
    order = opened(parse(body(req), str(uuid.uuid4())), store.signing_key(), datetime.now(UTC).isoformat())
    if not store.insert(order):
        known = store.get(order["id"])
        if known is None:
            return answer(409, {"error": "the order was deleted meanwhile; send it again"})
        return answer(200, known)
    try:
        store.enqueue(order["id"])
    except Exception:
        store.remove(order["id"])  # else a repeat would answer 200 for an order that nobody will process
        raise
    return answer(201, order)


@app.route(route="orders/{id}", methods=["GET"])
@refusing
def read_order(req: func.HttpRequest) -> func.HttpResponse:
    """200 with the order, or 404."""
    return found(store.get(order_id(req)))


@app.route(route="orders", methods=["GET"])
@refusing
def list_orders(req: func.HttpRequest) -> func.HttpResponse:
    """200 with up to `limit` orders (1 to 100, 20 by default)."""
    limit = req.params.get("limit", "20")
    if not limit.isdecimal() or not 1 <= int(limit) <= 100:
        raise Refused("limit must be a number from 1 to 100")
    return answer(200, {"orders": store.some(int(limit))})


@app.route(route="orders/{id}", methods=["PUT"])
@refusing
def update_order(req: func.HttpRequest) -> func.HttpResponse:
    """200 with the order under its new version, or 404."""
    return found(store.update(order_id(req), changes(body(req))))


@app.route(route="orders/{id}", methods=["DELETE"])
@refusing
def delete_order(req: func.HttpRequest) -> func.HttpResponse:
    """204, or 404; the receipt goes with the order."""
    named = order_id(req)
    known = store.remove(named)
    store.remove_document(f"receipts/{named}.json")
    return answer(204) if known else found(None)


@app.route(route="health", methods=["GET"])
@refusing
def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  # the host hands it over
    """200 while the table answers."""
    store.get("health")
    return answer(200, {"status": "ok", "platform": "azure-functions"})


@app.queue_trigger(arg_name="message", queue_name="orders-queue", connection="OrdersStorage")
def process_order(message: func.QueueMessage) -> None:
    """Write the receipt, then count the processing. An order that was deleted meanwhile has no effect.

    The receipt comes first because writing it again is harmless: a failure in between must not count twice.
    """
    named = json.loads(message.get_body())["id"]
    order = store.get(named)
    if order is None:
        return
    receipt = {
        **{field: order[field] for field in ("id", "customer", "total", "signature")},
        "receipted": datetime.now(UTC).isoformat(),
    }
    store.write_document(f"receipts/{named}.json", as_json(receipt), {"orderid": named, "kind": "receipt"})
    if store.count_processing(named) is None:
        store.remove_document(f"receipts/{named}.json")


@app.timer_trigger(schedule=NIGHTLY, arg_name="timer", run_on_startup=False)
def nightly_report(timer: func.TimerRequest) -> None:
    """Write the day's report, one document a firing, unless the firing is AWS's."""
    scheduled = scheduled_time(timer.schedule_status, datetime.now(UTC))
    if not store.owns_firing(scheduled):
        logging.info("report %s: left to AWS", scheduled)
        return
    minute, by_status = f"{scheduled:%Y-%m-%dT%H:%M}", store.statuses()
    report = {"date": minute[:10], "firing": f"{minute}Z", "orders": sum(by_status.values()), "by_status": by_status}
    store.write_document(f"reports/{minute.replace(':', '')}-azure.json", report, {"kind": "report"})
    logging.info("report %s: %d orders%s", minute, sum(by_status.values()), ", late" if timer.past_due else "")
