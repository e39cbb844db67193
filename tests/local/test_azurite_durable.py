"""An Azurite that writes before it answers: killed at any moment, it knows all that it acknowledged, no transaction by half."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from azure.core.credentials import AzureNamedKeyCredential
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import RetryPolicy
from azure.data.tables import TableClient, TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from local.environment import Environment

ACCOUNT = "ordersdata"
UNANSWERED = (AzureError, OSError, AttributeError)
"""What SDKs make of an answer that breaks off: azure-data-tables looks for a response that is not there."""


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Environment]:
    with Environment(tmp_path_factory.mktemp("environment"), arm=False, keeping="durably") as started:
        for name, value in started.endpoints.trust().items():
            monkeypatch.setenv(name, value)
        yield started


def writing(write: Callable[[int], object], acknowledged: list[int]) -> threading.Thread:
    """Writes one after the other, until one is not answered."""

    def go() -> None:
        number = 0
        try:
            while True:
                write(number)
                acknowledged.append(number)
                number += 1
        except UNANSWERED:
            return

    thread = threading.Thread(target=go)
    thread.start()
    return thread


def transaction(table: TableClient, number: int) -> None:
    rows = ({"PartitionKey": str(number), "RowKey": str(row)} for row in range(5))
    table.submit_transaction([("create", row) for row in rows])


def test_a_kill_in_mid_write_loses_nothing_that_was_acknowledged(environment: Environment) -> None:
    where, key = environment.endpoints, AzureNamedKeyCredential(ACCOUNT, environment.storage_keys[ACCOUNT])
    once: dict[str, Any] = {"retry_total": 0}
    tables = TableServiceClient(f"{where.tables}/{ACCOUNT}", credential=key, retry_policy=RetryPolicy(retry_total=0))
    table, batches = tables.create_table("rows"), tables.create_table("batches")
    blobs = BlobServiceClient(f"{where.blobs}/{ACCOUNT}", credential=key.named_key.key, **once).create_container("blobs")
    queue = QueueServiceClient(f"{where.queues}/{ACCOUNT}", credential=key.named_key.key, **once).create_queue("queue")
    kept: dict[str, list[int]] = {name: [] for name in ("rows", "batches", "blobs", "overwritten", "messages")}
    blobs.upload_blob("one", b"-1")
    writers = [
        writing(lambda n: table.create_entity({"PartitionKey": "p", "RowKey": str(n)}), kept["rows"]),
        writing(lambda n: transaction(batches, n), kept["batches"]),
        writing(lambda n: blobs.upload_blob(f"blob-{n}", str(n).encode()), kept["blobs"]),
        writing(lambda n: blobs.upload_blob("one", str(n).encode(), overwrite=True), kept["overwritten"]),
        writing(lambda n: queue.send_message(str(n)), kept["messages"]),
    ]
    timer = threading.Timer(2.0, environment.restart_azurite)
    timer.start()
    for thread in (*writers, timer):
        thread.join()
    assert all(len(numbers) > 3 for numbers in kept.values()), kept
    assert {str(n) for n in kept["rows"]} <= {row["RowKey"] for row in table.list_entities()}
    found = [row["PartitionKey"] for row in batches.list_entities()]
    assert {str(n) for n in kept["batches"]} <= set(found)
    assert all(found.count(number) == 5 for number in found), "no transaction is there by half"
    assert all(blobs.download_blob(f"blob-{n}").readall() == str(n).encode() for n in kept["blobs"])
    assert int(blobs.download_blob("one").readall()) >= kept["overwritten"][-1]
    assert {str(n) for n in kept["messages"]} <= {it.content for it in queue.receive_messages(messages_per_page=32)}
