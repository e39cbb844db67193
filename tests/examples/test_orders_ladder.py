"""The sample's function app, led up the ladder rung by rung by its table, while Lambda is still there."""

import json
import os
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from azure.data.tables import TableServiceClient
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from bridge.blob_side import BlobSide
from bridge.book import Book
from bridge.dynamo_side import DynamoSide
from bridge.place import behind, follower
from bridge.s3_side import S3Side
from bridge.table_side import TableSide
from examples.orders.deploy import deploy
from local.environment import Environment
from local.processes import ROOT, Child, free_port
from tests.examples.order_sides import SIGNING_KEY, until


class Led:
    """The app on the local host, the book that leads it, and both sides of its stores."""

    def __init__(self, urls: dict[str, str], folder: Path) -> None:
        self.credential, self.folder = DefaultAzureCredential(), folder
        outputs = deploy()
        boto3.client("secretsmanager").put_secret_value(SecretId=outputs["secret_arn"], SecretString=SIGNING_KEY)
        TableServiceClient(urls["TARGET_TABLES"], credential=self.credential).create_table("orders")
        BlobServiceClient(urls["TARGET_BLOBS"], credential=self.credential).create_container("receipts")
        QueueServiceClient(urls["TARGET_QUEUES"], credential=self.credential).create_queue("orders-queue")
        self.book = Book(urls["TARGET_TABLES"], "bridge", self.credential)
        self.book.prepare()
        self.book.change(rung="aws")
        session = boto3.Session()
        self.orders = DynamoSide(session, "orders", "id"), TableSide(urls["TARGET_TABLES"], "orders", self.credential)
        self.documents = S3Side(session, outputs["bucket"]), BlobSide(urls["TARGET_BLOBS"], "receipts", self.credential)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        settings = {
            "ORDERS_TABLES": urls["TARGET_TABLES"], "ORDERS_BLOBS": urls["TARGET_BLOBS"],
            "ORDERS_QUEUES": urls["TARGET_QUEUES"], "ORDERS_SIGNING_KEY": SIGNING_KEY,
            "OrdersStorage__queueServiceUri": urls["TARGET_QUEUES"],
            "AzureWebJobsStorage__queueServiceUri": urls["TARGET_QUEUES"], "ORDERS_AWS_TABLE": "orders",
            "ORDERS_AWS_BUCKET": outputs["bucket"], "ORDERS_AWS_QUEUE_URL": outputs["queue_url"],
            "BRIDGE_LADDER": urls["TARGET_TABLES"], "BRIDGE_POLL": "0.1", "BRIDGE_VALID": "1",
            "NIGHTLY_SCHEDULE": "0 0 3 * * *",
        }  # fmt: skip
        command = [sys.executable, "-m", "local.host", "--app", str(ROOT / "examples/orders/azure")]
        command += ["--port", str(self.port), "--data", str(folder)]
        self.host = Child("the led host", command, env=os.environ | settings, log=folder / "host.log", cwd=ROOT)

    def reach(self, **changes: Any) -> None:
        place = self.book.change(**changes)

        def reached() -> bool:
            told = self.book.instances()
            return bool(told) and not behind(place, told, self.book.now()) and self.book.repairs() == 0

        assert until(reached, bool)

    def climb(self, rung: str) -> None:
        """As the agent does it."""
        if rung == "live":
            self.reach(held=True)
            self.reach(rung=rung)
            self.reach(held=False)
        else:
            self.reach(rung=rung)

    def run_nightly(self) -> None:
        key = json.loads((self.folder / "keys.json").read_text())["masterKey"]
        headers = {"x-functions-key": key}
        answer = httpx.post(f"{self.url}/admin/functions/nightly_report", json={"input": ""}, headers=headers)
        assert answer.status_code == 202

    def reports(self, side: int) -> list[str]:
        """Names of reports, one a firing; 0 is AWS, 1 is Azure."""
        if side == 0:
            listed = boto3.client("s3").list_objects_v2(Bucket=self.documents[0]._bucket, Prefix="reports/").get("Contents", [])
            return [found["Key"] for found in listed]
        return list(self.documents[1]._container.list_blob_names(name_starts_with="reports/"))


@pytest.fixture(scope="module")
def led(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Led]:
    """In an environment of its own: its workers must be alone."""
    folder = tmp_path_factory.mktemp("led")
    with Environment(folder / "environment") as started, pytest.MonkeyPatch.context() as patch:
        for name, value in started.variables().items():
            patch.setenv(name, value)
        made = Led(started.variables(), folder)
        with made.host:
            made.host.wait_until(f"{made.url}/health", timeout=60.0)
            yield made
        assert made.book.instances() == [], "an app that is stopped takes leave"


def test_the_workload_goes_on_from_rung_to_rung(led: Led) -> None:
    with httpx.Client(base_url=led.url, timeout=30, trust_env=False) as http:
        made: list[str] = []
        for rung, producers in (
            ("aws", "aws"),
            ("aws", "azure"),
            *((rung, "azure") for rung in ("dual", "shadow", "live", "azure")),
        ):
            led.climb(rung)
            led.reach(producers=producers)
            named = f"{rung}-{producers}-{uuid.uuid4()}"
            body = {"id": named, "customer": "Ann", "items": [{"sku": "s", "quantity": 2, "price": "3.75"}], "total": "7.50"}
            assert http.post("/orders", json=body).status_code == 201
            assert http.post("/orders", json=body).status_code == 200
            assert http.put(f"/orders/{named}", json={"note": f"on {rung}"}).json()["version"] == 2
            order = until(lambda named=named: http.get(f"/orders/{named}").json(), lambda found: found["processings"] > 0)  # type: ignore[misc]
            assert (order["processings"], order["note"], order["total"]) == (1, f"on {rung}", "7.5")
            if follower(rung):  # the worker may be seen on one side a moment before it has written the other
                until(lambda named=named: {side.read(named).digest for side in led.orders}, lambda found: len(found) == 1)  # type: ignore[misc]
            there, here = (side.read(named) for side in led.orders)
            if follower(rung):
                assert there.digest == here.digest != ""
                assert len({side.read(f"receipts/{named}.json").digest for side in led.documents} - {""}) == 1
            else:
                assert bool(there.value) == (rung == "aws")
                assert bool(here.value) == (rung == "azure")
            listed = {found["id"] for found in http.get("/orders?limit=100").json()["orders"]}
            assert named in listed
            assert http.delete(f"/orders/{named}").status_code == 204
            assert {side.read(named).value for side in led.orders} == {None}
            made.append(named)
        assert sum(told.different for told in led.book.instances()) == 0


def test_firings_go_over_at_a_moment(led: Led) -> None:
    led.climb("dual")
    led.reach(schedules_from="")
    led.run_nightly()
    led.reach(schedules_from=(datetime.now(UTC) + timedelta(days=1)).isoformat())
    led.run_nightly()
    assert not [name for name in led.reports(0) if name.endswith("-azure.json")]
    led.reach(schedules_from=(datetime.now(UTC) - timedelta(minutes=2)).isoformat())
    led.run_nightly()
    (report,) = until(lambda: led.reports(1), bool)
    assert report.endswith("-azure.json")
    assert report in led.reports(0)


def test_the_schedule_is_a_setting(led: Led) -> None:
    kept = [file.read_text() for file in led.folder.rglob("*.json") if "nightly_report" in str(file)]
    assert [json.loads(text)["schedule"] for text in kept] == ["0 0 3 * * *"]


def test_without_a_place_the_app_asks_for_patience(led: Led) -> None:
    led.book.remove()
    with httpx.Client(base_url=led.url, timeout=30, trust_env=False) as http:
        answer = until(lambda: http.get("/orders/any"), lambda found: found.status_code == 503)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert "nobody has said" in answer.json()["error"]
        assert http.get("/health").status_code == 503
        led.book.change(rung="aws")
        assert until(lambda: http.get("/health").status_code, lambda status: status == 200) == 200
