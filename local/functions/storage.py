"""Queue clients for the connections that bindings name.

Lives here: connection strings and identity-based connections. Never here: messages.
Source: https://learn.microsoft.com/azure/azure-functions/functions-reference#configure-an-identity-based-connection
"""

from collections.abc import Mapping

from azure.identity.aio import DefaultAzureCredential
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local.functions.settings import SettingMissing, resolve

DEFAULT_CONNECTION = "AzureWebJobsStorage"
_DEVELOPMENT = "UseDevelopmentStorage=true"
_DEVELOPMENT_EXPANDED = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;"
)
"""The emulator's published account: https://learn.microsoft.com/azure/storage/common/storage-use-azurite"""


class QueueClients:
    """Clients by connection name, made once; message bodies go through them as they are."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._services: dict[str, QueueServiceClient] = {}
        self._credentials: list[DefaultAzureCredential] = []

    def queue(self, connection: str, name: str) -> QueueClient:
        """The queue `name` (binding expressions resolved) of the account that the connection setting names.

        Raises:
            SettingMissing: neither a connection string nor a service address is set for it.
        """
        connection = connection or DEFAULT_CONNECTION
        if connection not in self._services:
            self._services[connection] = self._service(connection)
        return self._services[connection].get_queue_client(resolve(name, self._settings))

    def _service(self, name: str) -> QueueServiceClient:
        for setting in (name, f"AzureWebJobs{name}"):
            if text := self._settings.get(setting):
                text = _DEVELOPMENT_EXPANDED if text.strip().rstrip(";") == _DEVELOPMENT else text
                return QueueServiceClient.from_connection_string(text)
        address = self._settings.get(f"{name}__queueServiceUri") or self._settings.get(f"{name}__serviceUri")
        if not address and (account := self._settings.get(f"{name}__accountName")):
            address = f"https://{account}.queue.core.windows.net"
        if not address:
            raise SettingMissing(
                f"connection '{name}' has no storage: set {name} (connection string) or {name}__queueServiceUri (address)"
            )
        credential = DefaultAzureCredential(managed_identity_client_id=self._settings.get(f"{name}__clientId"))
        self._credentials.append(credential)
        return QueueServiceClient(address, credential=credential)

    async def close(self) -> None:
        """Close all connections."""
        for service in self._services.values():
            await service.close()
        for credential in self._credentials:
            await credential.close()
