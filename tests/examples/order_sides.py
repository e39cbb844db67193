"""The two sides of the sample, running: Lambda on MiniStack, and the function app on the local Functions host.

Lives here: starting them, and reaching what their APIs don't show. Never here: assertions about the workload.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
from azure.data.tables import TableServiceClient
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient, TextBase64EncodePolicy

from examples.orders.deploy import deploy
from local.environment import Environment
from local.processes import ROOT, Child, free_port

SIGNING_KEY = "a secret of this test"


@dataclass(frozen=True)
class Side:
    """What both sides offer a test: the API, a message to the worker, the nightly run, a document in the bucket."""

    name: str
    url: str
    send: Callable[[str], None]
    run_nightly: Callable[[], None]
    document: Callable[[str], tuple[Any, str, dict[str, str]] | None]


def aws_side() -> Side:
    """Deploy to MiniStack (again, if it was there)."""
    outputs = deploy()
    boto3.client("secretsmanager").put_secret_value(SecretId=outputs["secret_arn"], SecretString=SIGNING_KEY)
    sqs, s3, functions = boto3.client("sqs"), boto3.client("s3"), boto3.client("lambda")

    def nightly() -> None:
        event = json.dumps({"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())})
        answer = functions.invoke(FunctionName=outputs["nightly_function_name"], Payload=event)
        assert "FunctionError" not in answer

    def document(key: str) -> tuple[Any, str, dict[str, str]] | None:
        try:
            found = s3.get_object(Bucket=outputs["bucket"], Key=key)
        except s3.exceptions.NoSuchKey:
            return None
        return json.loads(found["Body"].read()), found["ContentType"], found["Metadata"]

    return Side(
        "aws", f"{os.environ['AWS_ENDPOINT_URL']}/_aws/execute-api/{outputs['api_id']}/$default",
        lambda body: void(sqs.send_message(QueueUrl=outputs["queue_url"], MessageBody=body)), nightly, document,
    )  # fmt: skip


@contextmanager
def azure_side(environment: Environment, data: Path) -> Iterator[Side]:
    """Run the function app on the local host against Azurite, with the managed identity."""
    urls, credential = environment.variables(), DefaultAzureCredential()
    TableServiceClient(urls["TARGET_TABLES"], credential=credential).create_table_if_not_exists("orders")
    container = BlobServiceClient(urls["TARGET_BLOBS"], credential=credential).get_container_client("receipts")
    container.create_container()
    queues = QueueServiceClient(urls["TARGET_QUEUES"], credential=credential)
    queue = queues.get_queue_client("orders-queue", message_encode_policy=TextBase64EncodePolicy())
    queue.create_queue()
    settings = {
        "ORDERS_TABLES": urls["TARGET_TABLES"], "ORDERS_BLOBS": urls["TARGET_BLOBS"], "ORDERS_QUEUES": urls["TARGET_QUEUES"],
        "ORDERS_SIGNING_KEY": SIGNING_KEY, "OrdersStorage__queueServiceUri": urls["TARGET_QUEUES"],
        "AzureWebJobsStorage__queueServiceUri": urls["TARGET_QUEUES"],
    }  # fmt: skip
    port = free_port()
    command = [sys.executable, "-m", "local.host", "--app", str(ROOT / "examples/orders/azure")]
    command += ["--port", str(port), "--data", str(data)]
    host = Child("the sample's host", command, env=os.environ | settings, log=data / "host.log", cwd=ROOT)
    master = {"x-functions-key": ""}

    def nightly() -> None:
        master["x-functions-key"] = json.loads((data / "keys.json").read_text())["masterKey"]
        answer = httpx.post(f"http://127.0.0.1:{port}/admin/functions/nightly_report", json={"input": ""}, headers=master)
        assert answer.status_code == 202

    def document(key: str) -> tuple[Any, str, dict[str, str]] | None:
        blob = container.get_blob_client(key)
        if not blob.exists():
            return None
        kept = blob.get_blob_properties()
        return json.loads(blob.download_blob().readall()), str(kept.content_settings.content_type), dict(kept.metadata)

    with host:
        host.wait_until(f"http://127.0.0.1:{port}/health", timeout=60.0)
        yield Side("azure", f"http://127.0.0.1:{port}", lambda body: void(queue.send_message(body)), nightly, document)


def void(_: object) -> None:
    """Throw an answer away."""


def until[T](read: Callable[[], T], right: Callable[[T], bool], *, seconds: float = 60.0) -> T:
    """Ask again and again until the answer is right; the last answer when the time is over."""
    deadline = time.monotonic() + seconds
    while not right(answer := read()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return answer
