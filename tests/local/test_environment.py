"""The environment answers the real SDKs, keeps to loopback, and leaves nothing behind."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import psutil
import pytest
from azure.core.credentials import AzureNamedKeyCredential
from azure.data.tables import TableServiceClient
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from local import environment as environment_module
from local.environment import Environment
from local.processes import ROOT, clean_environment, free_ports

HANDLER = "def handler(event, context):\n    print('called')\n    return {'doubled': event['number'] * 2}\n"
LIVE = """
import json, sys
from pathlib import Path
from local.environment import Environment
with Environment(Path(sys.argv[1])) as environment:
    print(json.dumps(environment.variables()), flush=True)
    raise ValueError(sys.stdin.readline())
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    with Environment(tmp_path_factory.mktemp("environment")) as started:
        yield started


@pytest.fixture
def trusting(running: Environment, monkeypatch: pytest.MonkeyPatch) -> Environment:
    for name, value in running.variables().items():
        monkeypatch.setenv(name, value)
    return running


def run_a_lambda() -> dict[str, int]:
    """Deploy and call a Lambda function, after which MiniStack has a warm worker process."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("app.py", HANDLER)
    client = boto3.client("lambda")
    client.create_function(
        FunctionName="doubler", Runtime="python3.13", Handler="app.handler", Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": package.getvalue()},
    )  # fmt: skip
    client.get_waiter("function_active_v2").wait(FunctionName="doubler")
    answer: dict[str, int] = json.loads(client.invoke(FunctionName="doubler", Payload=b'{"number": 21}')["Payload"].read())
    return answer


def listening(processes: list[psutil.Process]) -> list[tuple[str, int]]:
    sockets = [one for process in processes for one in process.net_connections(kind="tcp")]
    return [(one.laddr.ip, one.laddr.port) for one in sockets if one.status == psutil.CONN_LISTEN]


def test_boto3_runs_a_lambda_function(trusting: Environment) -> None:
    assert run_a_lambda() == {"doubled": 42}


@pytest.mark.parametrize("account", ["dayzeroledger", "ordersdata"])
def test_azure_sdks_store_tables_blobs_and_messages_with_the_managed_identity(trusting: Environment, account: str) -> None:
    where, credential = trusting.endpoints, DefaultAzureCredential()
    tables = TableServiceClient(f"{where.tables}/{account}", credential=credential)
    tables.create_table("orders").upsert_entity({"PartitionKey": "p", "RowKey": "r", "total": 3})
    assert tables.get_table_client("orders").get_entity("p", "r")["total"] == 3
    container = BlobServiceClient(f"{where.blobs}/{account}", credential=credential).create_container("receipts")
    container.upload_blob("one", b"\x00\xff")
    assert container.download_blob("one").readall() == b"\x00\xff"
    queue = QueueServiceClient(f"{where.queues}/{account}", credential=credential).create_queue("work")
    queue.send_message("do it")
    assert [message.content for message in queue.receive_messages()] == ["do it"]


def test_data_outlives_a_restart_of_azurite(trusting: Environment) -> None:
    key = AzureNamedKeyCredential("ordersdata", trusting.storage_keys["ordersdata"])
    table = TableServiceClient(trusting.variables()["TARGET_TABLES"], credential=key).create_table("restarted")
    table.upsert_entity({"PartitionKey": "p", "RowKey": "r"})
    trusting.restart_azurite()
    assert [entity["RowKey"] for entity in table.list_entities()] == ["r"]


def test_every_socket_is_on_loopback(running: Environment) -> None:
    addresses = listening(psutil.Process().children(recursive=True))
    assert len(addresses) >= 7
    assert {ip.removeprefix("::ffff:") for ip, _port in addresses} == {"127.0.0.1"}


def test_what_is_written_for_others_holds_no_secret(running: Environment) -> None:
    written = (running.folder / "environment.json").read_text()
    assert running.endpoints.aws in written
    assert not any(key in written for key in running.storage_keys.values())


@pytest.mark.parametrize("lost", [0, 5], ids=["MiniStack", "Azurite"])
def test_a_port_lost_to_another_program_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: int) -> None:
    with socket.socket() as rival:
        rival.bind(("127.0.0.1", 0))
        rival.listen()
        offers = [free_ports(8), free_ports(8)]
        offers[0][lost] = rival.getsockname()[1]
        monkeypatch.setattr(environment_module, "free_ports", lambda _count: offers.pop(0))
        with Environment(tmp_path, arm=False) as environment:
            assert str(rival.getsockname()[1]) not in (environment.folder / "environment.json").read_text()
    assert not offers


@pytest.mark.parametrize("end", ["exception", "SIGINT", "SIGTERM", "SIGKILL"])
def test_no_process_or_socket_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    command = [sys.executable, "-c", LIVE, str(tmp_path)]
    parent = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=clean_environment(),
    )
    assert parent.stdout is not None
    try:
        for name, value in json.loads(parent.stdout.readline()).items():
            monkeypatch.setenv(name, value)
        run_a_lambda()
        started = psutil.Process(parent.pid).children(recursive=True)
        assert len(started) >= 7  # three guards, three servers, one worker of the Lambda function
        ports = [port for _ip, port in listening(started)]
        assert len(ports) >= 7
        if end != "exception":
            os.kill(parent.pid, signal.Signals[end])
    finally:
        parent.communicate("\n", timeout=30)  # the parent raises when it reads a line
    _gone, left = psutil.wait_procs(started, timeout=15)
    assert left == []
    for port in ports:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
