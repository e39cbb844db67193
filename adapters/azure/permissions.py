"""What Azure role assignments allow the agent in the target's resource group.

Never here: which actions are needed (`actions.py`). Source: "Permissions - List For Resource Group" of Microsoft.Authorization
2022-04-01, and "Understand Azure role definitions" for the matching.
"""

import re
from collections.abc import Sequence

from azure.core.rest import HttpRequest

from adapters.azure.actions import is_data_action
from adapters.azure.clients import AzureClients
from adapters.azure.errors import azure_errors
from adapters.records import Json

_VERSION = "2022-04-01"


class GroupPermissions:
    """Permissions in one resource group, those inherited from above included; not those on single resources in it."""

    def __init__(self, clients: AzureClients, resource_group: str) -> None:
        self._clients, self._group = clients, resource_group

    def missing(self, needed: list[tuple[str, str]]) -> list[str]:
        """Of (action, resource), those that no role allows, as `action on resource`."""
        granted = self._granted()
        return [
            f"{action} on {resource}" for action, resource in needed if not allows(granted, action, data=is_data_action(action))
        ]

    def _granted(self) -> list[Json]:
        plain, group = self._clients.plain, self._clients.group_id(self._group)
        url: str | None = plain.format_url(f"{group}/providers/Microsoft.Authorization/permissions?api-version={_VERSION}")
        found: list[Json] = []
        with azure_errors(
            f"permissions in resource group {self._group}", "Create the resource group, or correct its name in the plan."
        ):
            while url:
                answer = plain.send_request(HttpRequest("GET", url))
                answer.raise_for_status()
                page = answer.json()
                found += page.get("value", [])
                url = page.get("nextLink")
        return found


def allows(granted: Sequence[Json], action: str, *, data: bool) -> bool:
    """Whether one of the grants allows the action: it is in its actions and not in its exceptions.

    Exceptions of one grant do not take away what another allows.

    Args:
        granted: role definitions' permissions: `actions`, `notActions`, `dataActions`, `notDataActions`.
        action: such as `Microsoft.Web/sites/read`.
        data: whether it is an action on data.
    """
    yes, no = ("dataActions", "notDataActions") if data else ("actions", "notActions")
    return any(_among(action, one.get(yes)) and not _among(action, one.get(no)) for one in granted)


def _among(action: str, patterns: Sequence[str] | None) -> bool:
    return any(_matches(action, pattern) for pattern in patterns or [])


def _matches(action: str, pattern: str) -> bool:
    """Case does not count; `*` stands for any text, slashes included."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), action, re.IGNORECASE) is not None
