"""Deployments of a function app's code as its deployment service (Kudu) keeps them: listed, published, waited for.

Never here: which package, and why. Source: Kudu's REST API and "Deployment technologies in Azure Functions" (one deploy).
"""

import ssl
import time
from collections.abc import Iterator
from typing import IO, Any

import httpx
from azure.mgmt.web.models import Site

from adapters.azure.app import FunctionApp
from adapters.azure.clients import AzureClients, plain
from adapters.azure.errors import answered, azure_errors
from adapters.errors import AdapterError, Conflict
from adapters.records import Json

_FAILED = {-1: "Cancelled", 3: "Failed", 5: "Conflict", 6: "PartialSuccess"}
_SUCCESS = 4
_PIECE = 1024 * 1024
_POLL_SECONDS = 2.0
_LIMIT_SECONDS = 600.0
_GRACE_SECONDS = 60.0
"""A deployment that was just accepted may not be listed yet for so long."""


class DeploymentService:
    """The deployment service of one app.

    Args:
        clients: of the app's subscription; their credential and scope are used here too.
        app: whose service it is.
        url: its base URL; None: the app's own deployment host.
    """

    def __init__(self, clients: AzureClients, app: FunctionApp, url: str | None = None) -> None:
        self._clients, self._app, self._url = clients, app, url

    def active(self) -> str | None:
        """Id of the deployment that runs, which is the last that succeeded; None when there is none."""
        site = self._app.site()
        with self._client(site) as client, azure_errors(f"deployments of {site.name}"):
            answer = client.get("/api/deployments")
            if answer.status_code == 404:
                return None
            done = [one for one in _checked(answer, f"deployments of {site.name}").json() if one.get("status") == _SUCCESS]
        return str(max(done, key=lambda one: str(one.get("end_time") or ""))["id"]) if done else None

    def publish(self, package: IO[bytes], size: int) -> str:
        """Publish a zip as it is (nothing is built there) and return the deployment's id once it has succeeded.

        Args:
            package: read from its beginning, in pieces.
            size: bytes.

        Raises:
            AdapterError: `invalid` when the service says that the package is bad, `unreachable` when it takes over ten minutes.
        """
        site = self._app.site()
        deadline = time.monotonic() + _LIMIT_SECONDS
        with self._client(site) as client, azure_errors(f"deployment service of {site.name}"):
            deployment = self._begin(client, site, package, size, deadline)
            self._wait(client, f"deployment {deployment} of {site.name}", deployment, deadline)
        return deployment

    def again(self, deployment: str) -> bool:
        """Deploy an earlier deployment once more; whether the service could (Flex Consumption keeps none)."""
        site = self._app.site()
        words = f"deployment {deployment} of {site.name}"
        with self._client(site) as client, azure_errors(words):
            answer = client.put(f"/api/deployments/{deployment}")
            if answer.status_code in {400, 404, 405, 501}:
                return False
            _checked(answer, words)
            self._wait(client, words, deployment, time.monotonic() + _LIMIT_SECONDS)
        return True

    def _begin(self, client: httpx.Client, site: Site, package: IO[bytes], size: int, deadline: float) -> str:
        words = f"deployment service of {site.name}"
        while True:
            package.seek(0)
            answer = client.post(
                "/api/publish",
                params=_parameters(site),
                content=_pieces(package),
                headers={"content-type": "application/zip", "content-length": str(size)},
            )
            if answer.status_code != 409:
                break
            if time.monotonic() > deadline:
                raise Conflict(
                    f"{words}: another deployment did not end", "Wait for that deployment, or cancel it; then retry."
                )
            time.sleep(_POLL_SECONDS)
        deployment = _identifier(_checked(answer, words))
        return deployment or str(_checked(client.get("/api/deployments/latest"), words).json()["id"])

    def _wait(self, client: httpx.Client, words: str, deployment: str, deadline: float) -> None:
        began = time.monotonic()
        while True:
            answer = client.get(f"/api/deployments/{deployment}")
            early = answer.status_code == 404 and time.monotonic() < began + _GRACE_SECONDS
            if not early and answer.status_code < 500:
                told: Json = _checked(answer, words).json()
                if told.get("status") == _SUCCESS:
                    return
                if told.get("status") in _FAILED:
                    raise AdapterError(
                        "invalid",
                        f"{words}: {_FAILED[told['status']]} ({told.get('status_text') or 'no reason given'})",
                        "Read the deployment's log at the app's deployment centre; correct the package and plan its new hash.",
                    )
            if time.monotonic() > deadline:
                raise AdapterError(
                    "unreachable", f"{words}: not done after {_LIMIT_SECONDS:.0f} s", "Look at the app's deployment centre."
                )
            time.sleep(_POLL_SECONDS if time.monotonic() > began + _POLL_SECONDS else _POLL_SECONDS / 10)

    def _client(self, site: Site) -> httpx.Client:
        with azure_errors(f"deployment service of {site.name}"):
            token = self._clients.credential.get_token(self._clients.scope).token
        return httpx.Client(
            base_url=self._url or f"https://{_host(site)}",
            headers={"authorization": f"Bearer {token}", "user-agent": "dayzero"},
            verify=ssl.create_default_context(),
            timeout=httpx.Timeout(60.0, read=300.0),
        )


def _host(site: Site) -> str:
    """The host name of the app's deployment service."""
    for one in site.host_name_ssl_states or []:
        if plain(one.host_type) == "Repository" and one.name:
            return str(one.name)
    name, _, domain = (site.default_host_name or f"{site.name}.azurewebsites.net").partition(".")
    return f"{name}.scm.{domain}"


def _parameters(site: Site) -> dict[str, str]:
    """Flex Consumption has parameters of its own, and needs no `type`: it takes nothing but zips."""
    if site.function_app_config is not None or site.sku == "FlexConsumption":
        return {"RemoteBuild": "false", "Deployer": "dayzero"}
    return {"type": "zip", "async": "true", "restart": "true", "clean": "true"}


def _pieces(package: IO[bytes]) -> Iterator[bytes]:
    while piece := package.read(_PIECE):
        yield piece


def _identifier(answer: httpx.Response) -> str:
    """The id that an accepted deployment was given: the body's text, or a header; empty when neither tells."""
    try:
        body: Any = answer.json()
    except ValueError:
        body = None
    if isinstance(body, dict):
        body = body.get("id")
    return str(body or answer.headers.get("scm-deployment-id", ""))


def _checked(answer: httpx.Response, words: str) -> httpx.Response:
    if answer.is_success:
        return answer
    raise answered(words, answer.status_code, answer.text[:300].replace("\n", " ").strip())
