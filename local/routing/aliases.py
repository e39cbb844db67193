"""Lambda aliases as records to choose from, and the invocation of the version that was chosen.

The emulator keeps an alias's weights but does not route by them, so the edge stands in for API Gateway and Lambda here: it
chooses a version by the weights, gives it the request as an event (payload format 2.0), and makes an answer of what returns.
Never here: what a version does.
"""

import asyncio
import base64
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiohttp import web
from multidict import CIMultiDict

from local.routing.records import Record

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

SCHEME = "lambda:"
"""Begins the value of a record that is a version of a function."""


def read_alias(client: "LambdaClient", function: str, alias: str) -> tuple[Record, ...]:
    """The alias's own version and the others that it sends callers to; identifiers are version numbers, nothing is kept.

    Raises:
        botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: Lambda did not answer, or refused.
    """
    found = client.get_alias(FunctionName=function, Name=alias)
    others = found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    shares = {found["FunctionVersion"]: 1 - sum(others.values()), **others}
    return tuple(Record(version, f"{SCHEME}{function}:{version}", round(1000 * share), 0) for version, share in shares.items())


def invoke(client: "LambdaClient", value: str, event: dict[str, Any]) -> web.Response:
    """Ask a version, named as in a record's value; 502 when it raised, as API Gateway answers."""
    function, _, version = value.removeprefix(SCHEME).rpartition(":")
    answer = client.invoke(FunctionName=function, Qualifier=version, Payload=json.dumps(event).encode())
    result = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError") or not isinstance(result, dict) or "statusCode" not in result:
        return web.json_response({"message": "Internal Server Error"}, status=502)
    body = result.get("body") or ""
    content = base64.b64decode(body) if result.get("isBase64Encoded") else str(body).encode()
    headers = CIMultiDict(result.get("headers") or {})
    for cookie in result.get("cookies") or []:
        headers.add("Set-Cookie", cookie)
    return web.Response(status=int(result["statusCode"]), headers=headers, body=content)


class Versions:
    """Versions of functions, behind the routes of an HTTP API.

    Args:
        client: boto3 client of `lambda`.
        routes: keys such as `GET /orders/{id}`; without any: `$default`.
    """

    def __init__(self, client: "LambdaClient", routes: Sequence[str]) -> None:
        self._client, self._routes = client, sorted(routes or ["$default"], key=lambda key: key.count("{"))

    async def answer(self, request: web.Request, value: str) -> web.Response:
        """What the version answers, named as in a record's value; 404 without a route, as API Gateway answers."""
        for key in self._routes:  # the one with the fewest variables fits best
            parameters = fits(key, request.method, request.path)
            if parameters is not None:
                event = to_event(request, await request.read()) | {"routeKey": key, "pathParameters": parameters}
                return await asyncio.to_thread(invoke, self._client, value, event)
        return web.json_response({"message": "Not Found"}, status=404)


def fits(key: str, method: str, path: str) -> dict[str, str] | None:
    """Values of the path's variables, if the request fits the key of a route."""
    if key == "$default":
        return {}
    verb, _, pattern = key.partition(" ")
    wanted, found = pattern.strip("/").split("/"), path.strip("/").split("/")
    if verb not in {method, "ANY"} or len(wanted) != len(found):
        return None
    pairs = list(zip(wanted, found, strict=True))
    if any(want != have for want, have in pairs if not want.startswith("{")):
        return None
    return {want.strip("{}"): have for want, have in pairs if want.startswith("{")}


def to_event(request: web.Request, content: bytes) -> dict[str, Any]:
    """The request as API Gateway gives it to Lambda (payload format 2.0), but for the route."""
    path, _, query = request.raw_path.partition("?")
    cookie = request.headers.get("Cookie")
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "cookies": cookie.split("; ") if cookie else [],
        "headers": {name.lower(): value for name, value in request.headers.items() if name.lower() != "cookie"},
        "queryStringParameters": dict(request.query),
        "requestContext": {"http": {"method": request.method, "path": path}, "stage": "$default"},
        "body": base64.b64encode(content).decode(),
        "isBase64Encoded": True,
    }
