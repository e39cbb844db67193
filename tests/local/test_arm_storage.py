"""Storage resources of a template exist in the emulator afterwards, reachable by identity, and go when they are deleted."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobSasPermissions, BlobServiceClient, generate_blob_sas
from azure.storage.queue import QueueServiceClient

from local.azurite import SAMPLE_ACCOUNT, StoragePorts, azurite, new_accounts
from local.certificates import make_certificates
from local.processes import free_ports
from tests.local.arm_support import HTTP_FUNCTION, StandIn, package, until

VERSION = "2023-05-01"
ACCOUNT: dict[str, Any] = {
    "type": "Microsoft.Storage/storageAccounts",
    "apiVersion": VERSION,
    "name": SAMPLE_ACCOUNT,
    "location": "westeurope",
    "kind": "StorageV2",
    "sku": {"name": "Standard_LRS"},
}


def part(service: str, kind: str, name: str) -> dict[str, Any]:
    return {
        "type": f"Microsoft.Storage/storageAccounts/{service}/{kind}",
        "apiVersion": VERSION,
        "name": f"{SAMPLE_ACCOUNT}/default/{name}",
        "dependsOn": [f"[resourceId('Microsoft.Storage/storageAccounts', '{SAMPLE_ACCOUNT}')]"],
    }


TEMPLATE = {
    "contentVersion": "1.0.0.0",
    "resources": [
        ACCOUNT,
        part("blobServices", "containers", "receipts"),
        part("queueServices", "queues", "orders-queue"),
        part("tableServices", "tables", "orders"),
    ],
    "outputs": {
        "tables": {"type": "string", "value": f"[reference('{SAMPLE_ACCOUNT}').primaryEndpoints.table]"},
        "key": {"type": "string", "value": f"[listKeys('{SAMPLE_ACCOUNT}', '{VERSION}').keys[0].value]"},
    },
}
ASKED: Any = {"properties": {"mode": "Incremental", "template": TEMPLATE}}


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    folder = tmp_path_factory.mktemp("arm")
    ports, accounts, tls = StoragePorts(*free_ports(3)), new_accounts(), make_certificates(folder / "storage-tls")
    urls = ports.urls()
    with azurite(folder / "azurite", ports, accounts, tls) as running:
        for url in urls.values():
            running.wait_until(f"{url}/{SAMPLE_ACCOUNT}", verify=str(tls.bundle))
        storage = {**urls, "accounts": accounts}
        with StandIn(folder, storage=storage, ca_cert_bundle=str(tls.bundle)) as started:
            both = folder / "both.pem"
            both.write_bytes(tls.bundle.read_bytes() + started.tls.bundle.read_bytes())
            os.environ["REQUESTS_CA_BUNDLE"] = str(both)
            started.resources.resource_groups.create_or_update("orders", {"location": "westeurope"})
            yield started


def test_a_template_makes_containers_queues_and_tables(arm: StandIn) -> None:
    outputs = arm.deployments.deployments.begin_create_or_update("orders", "main", ASKED).result()["properties"]["outputs"]
    storage = arm.config["storage"]
    assert outputs["tables"]["value"] == f"{storage['table']}/{SAMPLE_ACCOUNT}/"
    assert outputs["key"]["value"] == storage["accounts"][SAMPLE_ACCOUNT]
    with BlobServiceClient(f"{storage['blob']}/{SAMPLE_ACCOUNT}", arm.credential) as blobs:
        assert blobs.get_container_client("receipts").exists()
    with QueueServiceClient(f"{storage['queue']}/{SAMPLE_ACCOUNT}", arm.credential) as queues:
        assert [one.name for one in queues.list_queues()] == ["orders-queue"]
    with TableServiceClient(outputs["tables"]["value"], credential=arm.credential) as tables:
        assert [one.name for one in tables.list_tables()] == ["orders"]
    again = arm.deployments.deployments.begin_create_or_update("orders", "main", ASKED).result()
    assert again["properties"]["provisioningState"] == "Succeeded"


def test_a_deleted_queue_is_gone(arm: StandIn) -> None:
    arm.deployments.deployments.begin_create_or_update("orders", "main", ASKED).result()
    queue = (
        f"{arm.group}/providers/Microsoft.Storage/storageAccounts/{SAMPLE_ACCOUNT}/queueServices/default/queues/orders-queue"
    )
    assert arm.resources.resources.get_by_id(queue, api_version=VERSION).name == "orders-queue"
    arm.resources.resources.begin_delete_by_id(queue, api_version=VERSION).result()
    with QueueServiceClient(f"{arm.config['storage']['queue']}/{SAMPLE_ACCOUNT}", arm.credential) as queues:
        assert list(queues.list_queues()) == []


def test_an_account_that_the_emulator_does_not_serve_is_refused(arm: StandIn) -> None:
    template = {"contentVersion": "1.0.0.0", "resources": [{**ACCOUNT, "name": "other"}]}
    asked: Any = {"properties": {"mode": "Incremental", "template": template}}
    with pytest.raises(HttpResponseError, match="serves the accounts"):
        arm.deployments.deployments.begin_what_if("orders", "main", asked).result()


def test_a_package_can_be_deployed_from_a_blob_by_a_template(arm: StandIn) -> None:
    arm.site(GREETING="hello")
    storage = arm.config["storage"]
    with BlobServiceClient(f"{storage['blob']}/{SAMPLE_ACCOUNT}", arm.credential) as blobs:
        container = blobs.get_container_client("packages")
        container.create_container()
        container.upload_blob("app.zip", package(HTTP_FUNCTION))
        signature = generate_blob_sas(
            SAMPLE_ACCOUNT,
            "packages",
            "app.zip",
            account_key=storage["accounts"][SAMPLE_ACCOUNT],
            permission=BlobSasPermissions(read=True),
            expiry=datetime.now(UTC) + timedelta(hours=1),
        )
        address = f"{container.get_blob_client('app.zip').url}?{signature}"
    extension = {
        "type": "Microsoft.Web/sites/extensions",
        "apiVersion": "2024-04-01",
        "name": "orders-func/onedeploy",
        "properties": {"packageUri": address, "remoteBuild": False},
    }
    template = {"contentVersion": "1.0.0.0", "resources": [extension]}
    asked: Any = {"properties": {"mode": "Incremental", "template": template}}
    arm.deployments.deployments.begin_create_or_update("orders", "code", asked).result()
    assert until(lambda: arm.setting_seen("GREETING")) == "hello"
    assert set(arm.functions()) == {"orders"}
