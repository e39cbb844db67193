"""The data plane of Key Vault secrets, as azure-keyvault-secrets speaks it. Never here: how secrets are kept (`secrets.py`).

Source: specification/keyvault/data-plane/Microsoft.KeyVault, and "Authentication, requests and responses" for the challenge.
"""

import re
import uuid

from aiohttp import web

from local.azure.errors import ArmError
from local.azure.permissions import Permissions
from local.azure.secrets import Secrets
from local.azure.settings import Settings
from local.azure.tokens import InvalidToken, Tokens
from local.azure.wire import Call, Handler, Route, Router, reply

_LARGEST_BODY = 64 * 1024
_NO_VERSION = ArmError(400, "BadParameter", "api-version must be specified")
_NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")


class Vault:
    """The operations on secrets."""

    def __init__(self, secrets: Secrets, permissions: Permissions) -> None:
        self._secrets, self._permissions = secrets, permissions

    def routes(self) -> list[Route]:
        """Every operation; the fixed words come before the names."""
        return [
            Route("GET", "/secrets", self._may("readMetadata/action", self._list)),
            Route("GET", "/secrets/{name}/versions", self._may("readMetadata/action", self._versions)),
            Route("PUT", "/secrets/{name}", self._may("setSecret/action", self._set)),
            Route("DELETE", "/secrets/{name}", self._may("delete", self._delete)),
            Route("GET", "/secrets/{name}", self._may("getSecret/action", self._get)),
            Route("GET", "/secrets/{name}/{version}", self._may("getSecret/action", self._get)),
            Route("PATCH", "/secrets/{name}/{version}", self._may("update/action", self._update)),
            Route("PATCH", "/secrets/{name}", self._may("update/action", self._update)),
            Route("GET", "/deletedsecrets", self._may("readMetadata/action", self._list_deleted)),
            Route("GET", "/deletedsecrets/{name}", self._may("readMetadata/action", self._get_deleted)),
            Route("DELETE", "/deletedsecrets/{name}", self._may("purge/action", self._purge)),
            Route("POST", "/deletedsecrets/{name}/recover", self._may("recover/action", self._recover)),
        ]

    def _may(self, action: str, handler: Handler) -> Handler:
        async def checked(call: Call) -> web.StreamResponse:
            self._permissions.check_data(f"Microsoft.KeyVault/vaults/secrets/{action}")
            return await handler(call)

        return checked

    async def _list(self, _call: Call) -> web.Response:
        return reply({"value": self._secrets.newest(), "nextLink": None})

    async def _versions(self, call: Call) -> web.Response:
        return reply({"value": self._secrets.versions(call["name"]), "nextLink": None})

    async def _set(self, call: Call) -> web.Response:
        if not _NAME.fullmatch(call["name"]):
            raise ArmError(400, "BadParameter", "The request URI contains an invalid name: " + call["name"])
        return reply(self._secrets.set(call["name"], await call.body()))

    async def _get(self, call: Call) -> web.Response:
        return reply(self._secrets.get(call["name"], call.values.get("version", "")))

    async def _update(self, call: Call) -> web.Response:
        return reply(self._secrets.update(call["name"], call.values.get("version", ""), await call.body()))

    async def _delete(self, call: Call) -> web.Response:
        return reply(self._secrets.delete(call["name"]))

    async def _list_deleted(self, _call: Call) -> web.Response:
        return reply({"value": self._secrets.all_deleted(), "nextLink": None})

    async def _get_deleted(self, call: Call) -> web.Response:
        return reply(self._secrets.deleted(call["name"]))

    async def _recover(self, call: Call) -> web.Response:
        return reply(self._secrets.recover(call["name"]))

    async def _purge(self, call: Call) -> web.Response:
        self._secrets.purge(call["name"])
        return reply(status=204)


def vault_app(settings: Settings, tokens: Tokens, secrets: Secrets, permissions: Permissions) -> web.Application:
    """The vault's door: challenge, api-version, operations."""
    router = Router(Vault(secrets, permissions).routes())
    resource = f"https://0.0.1:{settings.vault_port}"  # the client wants its host to end in "." and this
    audiences = {resource, "https://vault.azure.net", settings.vault_url}
    challenge = f'Bearer authorization="https://login.microsoftonline.com/{settings.tenant}", resource="{resource}"'

    async def door(request: web.Request) -> web.StreamResponse:
        try:
            tokens.check(request.headers.get("Authorization"), audiences)
            operation, call = router.find(request)
            answer = await operation(call) if request.query.get("api-version") else reply(_NO_VERSION.body(), 400)
        except InvalidToken as error:
            body = {"error": {"code": "Unauthorized", "message": f"AKV10000: {error}"}}
            answer = web.json_response(body, status=401, headers={"WWW-Authenticate": challenge})
        except ArmError as error:
            answer = web.json_response(error.body(), status=error.status)
        answer.headers["x-ms-request-id"] = str(uuid.uuid4())
        return answer

    app = web.Application(client_max_size=_LARGEST_BODY)
    app.router.add_route("*", "/{path:.*}", door)
    return app
