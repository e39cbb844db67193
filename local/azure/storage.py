"""Microsoft.Storage: accounts that an emulator serves, and containers, queues and tables that are really made there.

Never here: data in them.
"""

import asyncio
import re
from typing import Any, override

from aiohttp import web
from azure.core.credentials import AzureNamedKeyCredential
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from local.azure.errors import ArmError, bad_content
from local.azure.ids import ResourceId
from local.azure.resources import Kind, Resources
from local.azure.settings import Settings
from local.azure.store import Document
from local.azure.wire import Call, Route, reply

_NAME = re.compile(r"[a-z0-9]{3,24}")
_KEY_NAMES = ("key1", "key2")


class StorageAccountKind(Kind):
    """`Microsoft.Storage/storageAccounts`: only those of the configuration can be made."""

    tracked = True

    def __init__(self, settings: Settings) -> None:
        self._storage = settings.storage

    @override
    def complete(self, rid: ResourceId, body: Document, before: Document | None) -> Document:
        if not _NAME.fullmatch(rid.name):
            raise ArmError(400, "AccountNameInvalid", f"{rid.name} is not a valid storage account name.")
        if rid.name not in self._storage.accounts:
            known = ", ".join(sorted(self._storage.accounts)) or "none"
            raise ArmError(
                409, "StorageAccountAlreadyTaken", f"The storage account named {rid.name} is already taken: the storage "
                f"emulator serves the accounts {known}; use one of them or add the account to its configuration.",
            )  # fmt: skip
        if before is None and not (isinstance(body.get("sku"), dict) and body["sku"].get("name")):
            raise bad_content("sku.name is required")
        envelope = super().complete(rid, body, before)
        ends = {"blob": self._storage.blob, "queue": self._storage.queue, "table": self._storage.table}
        envelope["properties"]["primaryEndpoints"] = {name: f"{url}/{rid.name}/" for name, url in ends.items()}
        return {"kind": "StorageV2", **envelope}

    def keys(self, rid: ResourceId) -> Document:
        """What `listKeys` returns."""
        key = self._storage.accounts[rid.name]
        return {"keys": [{"keyName": name, "value": key, "permissions": "FULL"} for name in _KEY_NAMES]}


class StoragePartKind(Kind):
    """A container, queue or table of an account: made with the account's key, removed when it is deleted."""

    def __init__(self, settings: Settings, service: str) -> None:
        self._settings, self._service = settings, service

    @override
    async def apply(self, rid: ResourceId, envelope: Document, body: Document) -> None:
        await asyncio.to_thread(self._make, rid)

    @override
    async def remove(self, rid: ResourceId) -> None:
        await asyncio.to_thread(self._drop, rid)

    def _client(self, account: str) -> Any:
        storage = self._settings.storage
        credential = AzureNamedKeyCredential(account, storage.accounts[account])
        more: dict[str, Any] = {"connection_verify": self._settings.ca_cert_bundle or True}
        if self._service == "blob":
            return BlobServiceClient(f"{storage.blob}/{account}", credential, **more)
        if self._service == "queue":
            return QueueServiceClient(f"{storage.queue}/{account}", credential, **more)
        return TableServiceClient(f"{storage.table}/{account}", credential=credential, **more)

    def _make(self, rid: ResourceId) -> None:
        with self._client(rid.names[0]) as client:
            make = {"blob": "create_container", "queue": "create_queue", "table": "create_table"}[self._service]
            try:
                getattr(client, make)(rid.name)
            except ResourceExistsError:
                return  # to put a resource again is no change

    def _drop(self, rid: ResourceId) -> None:
        with self._client(rid.names[0]) as client:
            drop = {"blob": "delete_container", "queue": "delete_queue", "table": "delete_table"}[self._service]
            try:
                getattr(client, drop)(rid.name)
            except ResourceNotFoundError:
                return  # somebody was quicker


class StorageActions:
    """What is posted to an account."""

    def __init__(self, resources: Resources, accounts: StorageAccountKind) -> None:
        self._resources, self._accounts = resources, accounts

    def routes(self) -> list[Route]:
        """`listKeys`."""
        account = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{account}"
        return [Route("POST", account + "/listKeys", self._keys)]

    async def _keys(self, call: Call) -> web.Response:
        rid = ResourceId.parse(call.path.rpartition("/")[0])
        self._resources.get(rid)
        return reply(self._accounts.keys(rid))


def storage_kinds(settings: Settings, accounts: StorageAccountKind) -> dict[str, Kind]:
    """Every type of Microsoft.Storage that is known here."""
    root = "Microsoft.Storage/storageAccounts"
    return {
        root: accounts,
        f"{root}/blobServices/containers": StoragePartKind(settings, "blob"),
        f"{root}/queueServices/queues": StoragePartKind(settings, "queue"),
        f"{root}/tableServices/tables": StoragePartKind(settings, "table"),
    }
