"""Resource Manager's door: identity, api-version, subscription, permissions, then the operation; errors in ARM's envelope.

Never here: what an operation does.
"""

import logging
import uuid
from collections.abc import Sequence

from aiohttp import web

from local.azure.errors import ArmError, subscription_not_found
from local.azure.metric_plane import AUDIENCE as METRICS
from local.azure.metric_plane import BATCH_VERSIONS
from local.azure.permissions import Permissions
from local.azure.settings import Settings
from local.azure.tokens import InvalidToken, Tokens
from local.azure.versions import check_version
from local.azure.wire import Route, Router

_LARGEST_BODY = 8 << 20
_AUDIENCES = {"https://management.azure.com", "https://management.core.windows.net"}
log = logging.getLogger("local.azure")


def gateway_app(
    settings: Settings, tokens: Tokens, permissions: Permissions, routes: Sequence[Route], levers: Sequence[Route]
) -> web.Application:
    """Resource Manager's port: `/subscriptions/...`, `/scm/{site}/...`, and a test's levers below `/_standin/`."""
    router = Router(routes)
    tests = Router(levers)
    audiences = _AUDIENCES | {settings.arm_url}
    challenge = f'Bearer authorization_uri="https://login.windows.net/{settings.tenant}", error="invalid_token"'

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/_standin/"):
            operation, call = tests.find(request)
            return await operation(call)
        batch = request.path.lower().endswith("/metrics:getbatch")  # on Azure a service of its own
        wanted = {METRICS} if batch else audiences
        principal = str(tokens.check(request.headers.get("Authorization"), wanted)["oid"])
        if batch:
            _check_batch(request, settings)
            permissions.check("GET", "/providers/Microsoft.Insights/metrics", principal)
        elif request.path.startswith("/scm/"):
            if request.method != "GET":
                site = request.path.split("/")[2]
                permissions.check("POST", f"/providers/Microsoft.Web/sites/{site}/publish", principal)
        else:
            _check_arm(request, settings)
            permissions.check(request.method, request.path.rstrip("/"), principal)
        operation, call = router.find(request)
        return await operation(call)

    async def door(request: web.Request) -> web.StreamResponse:
        try:
            result = await answer(request)
        except InvalidToken as error:
            failed = ArmError(401, "AuthenticationFailed", f"Authentication failed. {error}")
            result = web.json_response(failed.body(), status=401, headers={"WWW-Authenticate": challenge})
        except ArmError as error:
            result = web.json_response(error.body(), status=error.status, headers=error.headers)
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            failed = ArmError(500, "InternalServerError", "Encountered internal server error.")
            result = web.json_response(failed.body(), status=500)
        if not result.prepared:
            number = str(uuid.uuid4())
            for name in ("x-ms-request-id", "x-ms-correlation-request-id"):
                result.headers[name] = number
        return result

    app = web.Application(client_max_size=_LARGEST_BODY)
    app.router.add_route("*", "/{path:.*}", door)
    return app


def _check_arm(request: web.Request, settings: Settings) -> None:
    own = request.path.rpartition("/providers/")[2].split("/") if "/providers/" in request.path else []
    namespace, kind = (own[0].lower(), "/".join(own[1::2])) if len(own) > 1 else ("", "")
    check_version(request.query.get("api-version"), namespace, kind, settings.location)
    _check_subscription(request, settings)


def _check_batch(request: web.Request, settings: Settings) -> None:
    if request.query.get("api-version") not in BATCH_VERSIONS:
        raise ArmError(400, "BadRequest", f"The api-version is not supported; supported are {', '.join(BATCH_VERSIONS)}.")
    _check_subscription(request, settings)


def _check_subscription(request: web.Request, settings: Settings) -> None:
    parts = request.path.split("/")
    if len(parts) > 2 and parts[1].lower() == "subscriptions" and parts[2].lower() != settings.subscription.lower():
        raise subscription_not_found(parts[2])
