"""The deployment site of a function app (Kudu, one deploy): a zip is posted, its deployment is asked after.

Served below `/scm/{site}` of Resource Manager's port; the site's `hostNameSslStates` name that as its Repository host.
Source: "Deploy files to Azure App Service", Kudu publish API reference, and Kudu's deployment REST API.
"""

import asyncio
import ssl
import tempfile
from pathlib import Path

import aiohttp
from aiohttp import web

from local.azure.errors import ArmError
from local.azure.hosting import Hosting
from local.azure.packages import Packages
from local.azure.store import Document
from local.azure.wire import Call, Route, reply

_CHUNK = 1 << 20


class Scm:
    """Publish and deployments of every site."""

    def __init__(self, hosting: Hosting, packages: Packages) -> None:
        self._hosting, self._packages = hosting, packages

    def routes(self) -> list[Route]:
        """The operations; a site that is not there answers 404."""
        return [
            Route("POST", "/scm/{site}/api/publish", self._publish),
            Route("POST", "/scm/{site}/api/zipdeploy", self._publish),
            Route("GET", "/scm/{site}/api/deployments", self._list),
            Route("GET", "/scm/{site}/api/deployments/{deployment}", self._get),
            Route("PUT", "/scm/{site}/api/deployments/{deployment}", self._redeploy),
            Route("GET", "/scm/{site}/api/deployments/{deployment}/package", self._package),
        ]

    def _site(self, call: Call) -> str:
        found = self._hosting.find(call["site"])
        if found is None:
            raise ArmError(404, "NotFound", f"There is no site '{call['site']}'.")
        return str(found["name"])

    async def _publish(self, call: Call) -> web.Response:
        site = self._site(call)
        if call.request.query.get("type", "zip").lower() != "zip":
            raise ArmError(400, "BadRequest", "This stand-in publishes zip packages only: type=zip.")
        with tempfile.NamedTemporaryFile(suffix=".zip", delete=False) as draft:
            async for chunk in call.request.content.iter_chunked(_CHUNK):
                draft.write(chunk)
        author = call.request.query.get("Deployer", "unknown")
        deployment = await asyncio.to_thread(
            self._packages.deploy, site, Path(draft.name), author=author, message="Created via a push deployment"
        )
        await self._hosting.refresh(site)
        where = f"{call.request.scheme}://{call.request.host}/scm/{site}/api/deployments/{deployment['id']}"
        return reply(deployment["id"], 202, {"Location": where, "SCM-DEPLOYMENT-ID": deployment["id"]})

    async def _list(self, call: Call) -> web.Response:
        return web.json_response(self._packages.deployments(self._site(call)))

    async def _get(self, call: Call) -> web.Response:
        found = self._packages.find(self._site(call), call["deployment"])
        if found is None:
            raise ArmError(404, "NotFound", f"Deployment '{call['deployment']}' not found.")
        return reply(found)

    async def _redeploy(self, call: Call) -> web.Response:
        site = self._site(call)
        found = self._packages.redeploy(site, call["deployment"])
        if found is None:
            raise ArmError(404, "NotFound", f"Deployment '{call['deployment']}' not found, or it had failed.")
        await self._hosting.refresh(site)
        return reply(found)

    async def _package(self, call: Call) -> web.StreamResponse:
        site = self._site(call)
        found = self._packages.find(site, call["deployment"])
        if found is None:
            raise ArmError(404, "NotFound", f"Deployment '{call['deployment']}' not found.")
        return web.FileResponse(self._packages.package(site, found["id"]), headers={"Content-Type": "application/zip"})


async def publish_from(address: str, packages: Packages, site: str, *, trust: str) -> Document:
    """Fetch a zip from a URL that needs no header (such as a blob with a signature) and deploy it; the deployment.

    Args:
        address: the URL.
        packages: takes the zip.
        site: the site's name.
        trust: a file of certificates to trust, "" for the machine's own.

    Raises:
        ArmError: 400 when it cannot be fetched; the message leaves out the URL's query, which may be a signature.
    """
    where = address.partition("?")[0]
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=trust or None))
    try:
        async with aiohttp.ClientSession(connector=connector, raise_for_status=True) as client, client.get(address) as answer:
            with tempfile.NamedTemporaryFile(suffix=".zip", delete=False) as draft:
                async for chunk in answer.content.iter_chunked(_CHUNK):
                    draft.write(chunk)
    except (aiohttp.ClientError, ValueError) as error:
        raise ArmError(400, "BadRequest", f"The package at '{where}' could not be fetched: {type(error).__name__}.") from error
    return await asyncio.to_thread(packages.deploy, site, Path(draft.name), author="ARM", message=f"One deploy of {where}")
