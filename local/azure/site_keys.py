"""Keys of a site: the host's own file, read and written as the platform does it. Never here: what a key opens.

Shapes: HostKeys, FunctionSecrets, StringDictionary and KeyInfo of Microsoft.Web.
"""

import json
import secrets

from aiohttp import web

from local.azure.errors import ArmError, bad_content
from local.azure.hosting import Hosting
from local.azure.site_actions import SITE
from local.azure.site_functions import UNAVAILABLE, SiteFunctions
from local.azure.store import Document, write_atomically
from local.azure.wire import Call, Route, reply

_KEY_BYTES = 40


class SiteKeys:
    """Operations on the keys of a site; each waits until a restart that is under way is over."""

    def __init__(self, hosting: Hosting, functions: SiteFunctions) -> None:
        self._hosting, self._functions = hosting, functions

    def routes(self) -> list[Route]:
        """The operations."""
        return [
            Route("POST", SITE + "/functions/{function}/listkeys", self._function_keys),
            Route("POST", SITE + "/functions/{function}/listsecrets", self._function_secrets),
            Route("PUT", SITE + "/functions/{function}/keys/{key}", self._set_function_key),
            Route("DELETE", SITE + "/functions/{function}/keys/{key}", self._delete_function_key),
            Route("POST", SITE + "/host/default/listkeys", self._host_keys),
        ]

    async def _read(self, call: Call) -> Document:
        await self._functions.runtime(call)
        file = self._hosting.keys(call["site"])
        if not file.exists():
            raise UNAVAILABLE
        found: Document = json.loads(file.read_text())
        return found

    def _write(self, call: Call, keys: Document) -> None:
        write_atomically(self._hosting.keys(call["site"]), json.dumps(keys))

    async def _of_function(self, call: Call) -> tuple[Document, Document, Document]:
        """The function, all keys, and the function's own; a function gets its default key when first asked for it."""
        function, keys = await self._functions.function(call), await self._read(call)
        own = keys.setdefault("functions", {}).setdefault(function["properties"]["name"], {})
        if not own:
            own["default"] = secrets.token_urlsafe(_KEY_BYTES)
            self._write(call, keys)
        return function, keys, own

    async def _host_keys(self, call: Call) -> web.Response:
        keys = await self._read(call)
        return reply({name: keys.get(name, {}) for name in ("masterKey", "functionKeys", "systemKeys")})

    async def _function_keys(self, call: Call) -> web.Response:
        function, _, own = await self._of_function(call)
        return reply({"id": f"{function['id']}/keys", "name": "keys", "properties": own})

    async def _function_secrets(self, call: Call) -> web.Response:
        function, _, own = await self._of_function(call)
        key = next(iter(own.values()))
        return reply({"key": key, "trigger_url": f"{function['properties']['invoke_url_template']}?code={key}"})

    async def _set_function_key(self, call: Call) -> web.Response:
        properties = (await call.body()).get("properties") or {}
        value = properties.get("value") or secrets.token_urlsafe(_KEY_BYTES)
        if not isinstance(value, str):
            raise bad_content("properties.value must be a string")
        function, keys, own = await self._of_function(call)
        created = call["key"] not in own
        own[call["key"]] = value
        self._write(call, keys)
        told = {
            "id": f"{function['id']}/keys/{call['key']}",
            "name": call["key"],
            "properties": {"name": call["key"], "value": value},
        }
        return reply(told, 201 if created else 200)

    async def _delete_function_key(self, call: Call) -> web.Response:
        _, keys, own = await self._of_function(call)
        if own.pop(call["key"], None) is None:
            raise ArmError(404, "NotFound", f"The function '{call['function']}' has no key '{call['key']}'.")
        self._write(call, keys)
        return reply(status=204)
