"""The queue worker and the nightly report, on Lambda and on Azure Functions."""

import json
import time
import uuid
from typing import Any

import boto3
import httpx

from tests.examples.order_sides import Side, until


def create(side: Side) -> str:
    order: dict[str, Any] = {"id": f"w-{uuid.uuid4()}", "customer": "Ann", "items": [], "total": "7.50"}
    assert httpx.post(f"{side.url}/orders", json=order, timeout=60).status_code == 201
    return str(order["id"])


def processings(side: Side, order_id: str) -> int:
    return int(httpx.get(f"{side.url}/orders/{order_id}", timeout=60).json()["processings"])


def test_the_worker_leaves_a_receipt(side: Side) -> None:
    order_id = create(side)
    found = until(lambda: side.document(f"receipts/{order_id}.json"), lambda document: document is not None)
    assert found is not None
    receipt, content_type, metadata = found
    assert (receipt["id"], receipt["total"], content_type) == (order_id, "7.5", "application/json")
    assert metadata == {"orderid": order_id, "kind": "receipt"}


def test_the_receipt_goes_with_the_order(side: Side) -> None:
    order_id = create(side)
    until(lambda: processings(side, order_id), lambda count: count == 1)
    assert side.document(f"receipts/{order_id}.json") is not None
    assert httpx.delete(f"{side.url}/orders/{order_id}", timeout=60).status_code == 204
    assert side.document(f"receipts/{order_id}.json") is None


def test_a_second_message_is_seen_as_a_second_processing(side: Side) -> None:
    order_id = create(side)
    until(lambda: processings(side, order_id), lambda count: count == 1)
    side.send(json.dumps({"id": order_id}))
    assert until(lambda: processings(side, order_id), lambda count: count == 2) == 2


def test_messages_at_the_same_moment_are_all_counted(side: Side) -> None:
    order_id = create(side)
    for _ in range(7):
        side.send(json.dumps({"id": order_id}))
    assert until(lambda: processings(side, order_id), lambda count: count == 8) == 8


def test_a_message_for_an_unknown_order_changes_nothing_and_holds_nothing_up(side: Side) -> None:
    unknown = f"w-{uuid.uuid4()}"
    side.send(json.dumps({"id": unknown}))
    order_id = create(side)
    assert until(lambda: processings(side, order_id), lambda count: count == 1) == 1
    assert httpx.get(f"{side.url}/orders/{unknown}", timeout=60).status_code == 404
    assert side.document(f"receipts/{unknown}.json") is None


def test_a_bad_message_does_not_keep_the_others_from_being_processed(side: Side) -> None:
    side.send("no JSON")
    order_id = create(side)
    assert until(lambda: processings(side, order_id), lambda count: count == 1) == 1


def test_the_nightly_run_reports_the_counts(side: Side) -> None:
    create(side)
    side.run_nightly()
    keys = [f"reports/{time.strftime('%Y-%m-%dT%H%M', time.gmtime(time.time() - ago))}-{side.name}.json" for ago in (0, 60)]
    found = until(lambda: side.document(keys[0]) or side.document(keys[1]), lambda document: document is not None)
    assert found is not None
    report = found[0]
    assert report["firing"].replace(":", "")[:15] in "".join(keys)
    assert report["orders"] >= 1
    assert report["orders"] == sum(report["by_status"].values())


def test_only_the_messages_that_failed_go_back_to_sqs(sides: dict[str, Side]) -> None:
    order_id = create(sides["aws"])
    until(lambda: processings(sides["aws"], order_id), lambda count: count == 1)
    bodies = {"bad": "no JSON", "good": json.dumps({"id": order_id})}
    event = {"Records": [{"messageId": name, "body": body} for name, body in bodies.items()]}
    answer = boto3.client("lambda").invoke(FunctionName="orders-worker", Payload=json.dumps(event))
    assert json.loads(answer["Payload"].read()) == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert processings(sides["aws"], order_id) == 2
