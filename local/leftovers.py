"""What a migration that went back has left on Azure: read from the services themselves, not from what the agent says.

Lives here: looking. The infrastructure that the template made stays on purpose; data, messages and secrets do not.
"""

from collections.abc import Iterator

from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient
from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from local.stage import Ground


def leftovers(ready: Ground) -> list[str]:
    """What the sample's target still holds; empty is good."""
    return list(_found(ready))


def _found(ready: Ground) -> Iterator[str]:
    credential, urls = DefaultAzureCredential(), ready.variables
    tables = TableServiceClient(urls["TARGET_TABLES"], credential=credential)
    try:
        entities = sum(1 for _ in tables.get_table_client("orders").list_entities(select=["RowKey"]))
        if entities:
            yield f"{entities} entities in the table orders"
    except ResourceNotFoundError:
        pass
    blobs = BlobServiceClient(urls["TARGET_BLOBS"], credential=credential)
    try:
        kept = sum(1 for _ in blobs.get_container_client("receipts").list_blob_names())
        if kept:
            yield f"{kept} blobs in the container receipts"
    except ResourceNotFoundError:
        pass
    queues = QueueServiceClient(urls["TARGET_QUEUES"], credential=credential)
    try:
        messages = queues.get_queue_client("orders-queue").get_queue_properties().approximate_message_count or 0
        if messages:
            yield f"{messages} messages in the queue orders-queue"
    except ResourceNotFoundError:
        pass
    vault = SecretClient(urls["TARGET_VAULT"], credential)
    names = [secret.name for secret in vault.list_properties_of_secrets() if secret.enabled]
    if names:
        yield f"secrets {', '.join(map(str, names))}"
