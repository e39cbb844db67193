"""What the caller may do: listed as Microsoft.Authorization lists it, obeyed at Resource Manager's door, changed by tests.

Source: "Permissions - List For Resource Group" and "Understand Azure role definitions" (wildcards, notActions).
"""

import re
from fnmatch import fnmatchcase

from aiohttp import web

from local.azure.errors import ArmError, bad_content
from local.azure.store import Document, Store
from local.azure.wire import Call, Route, reply

_EVERYTHING: list[Document] = [{"actions": ["*"], "notActions": [], "dataActions": ["*"], "notDataActions": []}]
_VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}
_LISTING = re.compile(r"/providers/Microsoft\.Authorization/permissions$", re.IGNORECASE)


def action_of(method: str, path: str) -> str:
    """The action that a request needs, such as `Microsoft.Web/sites/config/list/action`, "" when it needs none."""
    _, found, own = path.rpartition("/providers/")
    if not found:
        depth = len(path.strip("/").split("/"))
        return f"Microsoft.Resources/subscriptions/resourceGroups/{_VERBS.get(method, 'read')}" if depth == 4 else ""
    namespace, *parts = own.split("/")
    if not parts:
        return ""
    if method == "POST":
        return "/".join((namespace, *parts[:-1][0::2], parts[-1], "action"))
    return "/".join((namespace, *parts[0::2], _VERBS[method]))


class Permissions:
    """The permissions of the one identity, the same at every scope."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        """The listing, at a group and at a resource."""
        group = "/subscriptions/{subscription}/resourceGroups/{group}"
        listing = "/providers/Microsoft.Authorization/permissions"
        return [
            Route("GET", group + listing, self._list),
            Route("GET", group + "/providers/{resource*}" + listing, self._list),
        ]

    def levers(self) -> list[Route]:
        """What a test pulls; no part of Azure."""
        path = "/_standin/permissions"
        return [Route("GET", path, self._list), Route("PUT", path, self._set), Route("DELETE", path, self._reset)]

    def check(self, method: str, path: str, principal: str) -> None:
        """Refuse a request that the permissions do not cover; the listing itself always works.

        Raises:
            ArmError: 403 AuthorizationFailed.
        """
        action = action_of(method, path)
        if not action or _LISTING.search(path) or any(_covers(item, action) for item in self._held()):
            return
        raise ArmError(
            403, "AuthorizationFailed", f"The client '{principal}' with object id '{principal}' does not have "
            f"authorization to perform action '{action}' over scope '{path}' or the scope is invalid. "
            "If access was recently granted, please refresh your credentials.",
        )  # fmt: skip

    def check_data(self, action: str) -> None:
        """Refuse an operation on data, such as a secret, that `dataActions` do not cover.

        Raises:
            ArmError: 403 Forbidden, as Key Vault words it.
        """
        if not any(_covers(item, action, "dataActions", "notDataActions") for item in self._held()):
            raise ArmError(
                403, "Forbidden", "Caller is not authorized to perform action on resource. If role assignments, deny "
                f"assignments or role definitions were changed recently, please observe propagation time. Action: '{action}'.",
            )  # fmt: skip

    def _held(self) -> list[Document]:
        found = self._store.get("permissions", "value")
        items: list[Document] = found["value"] if found else _EVERYTHING
        return items

    async def _list(self, _call: Call) -> web.Response:
        return reply({"value": self._held(), "nextLink": None})

    async def _set(self, call: Call) -> web.Response:
        items = (await call.body()).get("value")
        if not isinstance(items, list):
            raise bad_content("'value' must be a list of {actions, notActions, dataActions, notDataActions}")
        empty: Document = {"actions": [], "notActions": [], "dataActions": [], "notDataActions": []}
        self._store.put("permissions", "value", {"value": [{**empty, **item} for item in items]})
        return await self._list(call)

    async def _reset(self, call: Call) -> web.Response:
        self._store.remove("permissions", "value")
        return await self._list(call)


def _covers(item: Document, action: str, allow: str = "actions", deny: str = "notActions") -> bool:
    wanted = action.lower()

    def matches(patterns: list[str]) -> bool:
        return any(fnmatchcase(wanted, pattern.lower()) for pattern in patterns)

    return matches(item[allow]) and not matches(item[deny])
