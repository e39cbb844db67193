"""The managed identity endpoint of App Service (protocol 2019-08-01): a token for whoever knows the header.

Source: "How to use managed identities for App Service and Azure Functions", section "REST endpoint reference".
"""

from aiohttp import web

from local.azure.tokens import Tokens

API_VERSION = "2019-08-01"


def identity_app(tokens: Tokens, header: str) -> web.Application:
    """The endpoint, at `/msi/token`; `header` is the value that `X-IDENTITY-HEADER` must have."""

    async def token(request: web.Request) -> web.Response:
        given = request.headers.get("X-IDENTITY-HEADER")
        if given is None:
            return _refuse(400, "The X-IDENTITY-HEADER header is missing.")
        if given != header:
            return _refuse(401, "The X-IDENTITY-HEADER header is not the one of this instance.")
        if request.query.get("api-version") != API_VERSION:
            return _refuse(400, f"The api-version must be {API_VERSION}.")
        resource = request.query.get("resource", "")
        if not resource:
            return _refuse(400, "The resource parameter is missing.")
        client_id = request.query.get("client_id", "")
        access_token, expires_on = tokens.mint(resource, client_id)
        return web.json_response(
            {
                "access_token": access_token,
                "expires_on": str(expires_on),
                "resource": resource,
                "token_type": "Bearer",
                "client_id": client_id or tokens.principal(),
            }
        )

    app = web.Application()
    app.router.add_get("/msi/token", token)
    return app


def _refuse(status: int, message: str) -> web.Response:
    return web.json_response({"statusCode": status, "message": message}, status=status)
