"""The time that Azure goes by. Never here: what is done about a difference."""

from datetime import UTC, datetime

from azure.core.rest import HttpRequest

from adapters.azure.clients import AzureClients
from adapters.azure.errors import azure_errors
from adapters.clocks import ahead

_VERSION = "2021-04-01"


class ArmClock:
    """Clock of Azure, as Resource Manager tells it when it is asked for a resource group.

    Args:
        clients: of its subscription.
        resource_group: one that the agent may read.
    """

    def __init__(self, clients: AzureClients, resource_group: str) -> None:
        self._plain, self._group = clients.plain, clients.group_id(resource_group)

    def ahead(self) -> float:
        """Seconds that this machine's clock is ahead of Azure's."""
        url = self._plain.format_url(f"{self._group}?api-version={_VERSION}")
        asked = datetime.now(UTC)
        with azure_errors("the clock of Azure"):
            answer = self._plain.send_request(HttpRequest("GET", url))
            answer.raise_for_status()
        return ahead(answer.headers.get("date"), asked, datetime.now(UTC), "Azure")
