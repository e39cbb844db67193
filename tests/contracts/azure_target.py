"""What the contract suites of the Azure ports share: a resource group in the embedded environment, sites, packages, blobs."""

import hashlib
import io
import json
import ssl
import time
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import httpx
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient

from adapters.azure.app import FunctionApp
from adapters.azure.artifacts import Artifacts
from adapters.azure.clients import AzureClients
from adapters.azure.deployments import DeploymentService
from adapters.azure.package import AppPackage

_FUNCTION = """
@app.route("{name}")
def {name}(request: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("{name}")
"""


def until(question: Callable[[], object], seconds: float = 30.0) -> None:
    """Return once the answer is true."""
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline, f"not true within {seconds} s"
        time.sleep(0.05)


def function_app(*names: str, broken: bool = False) -> bytes:
    """A zip of a function app with one HTTP function a name; a broken one cannot be imported."""
    source = "import azure.functions as func\napp = func.FunctionApp()\n" + "".join(
        _FUNCTION.format(name=name) for name in names
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("host.json", json.dumps({"version": "2.0"}))
        archive.writestr("function_app.py", "raise RuntimeError('broken')" if broken else source)
    return out.getvalue()


class AzureTarget:
    """A resource group of its own, with the adapters on it."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.group = f"group-{uuid.uuid4().hex[:8]}"
        self.credential = DefaultAzureCredential()
        self.clients = AzureClients(
            variables["AZURE_SUBSCRIPTION_ID"], variables["DAYZERO_ARM_ENDPOINT"], credential=self.credential
        )
        self.artifacts = Artifacts(self.credential)
        self._endpoint, self._blobs = variables["DAYZERO_ARM_ENDPOINT"], variables["TARGET_BLOBS"]
        self.clients.resources.resource_groups.create_or_update(self.group, {"location": "westeurope"})

    def app(self, name: str) -> FunctionApp:
        """The adapter of an app that may not exist."""
        return FunctionApp(self.clients, self.group, name)

    def site(self, **settings: str) -> str:
        """A new site with an identity; its name."""
        name = f"site-{uuid.uuid4().hex[:8]}"
        pairs = [{"name": key, "value": value} for key, value in settings.items()]
        site: Any = {
            "location": "westeurope",
            "identity": {"type": "SystemAssigned"},
            "properties": {"siteConfig": {"appSettings": pairs}},
        }
        self.clients.web.web_apps.begin_create_or_update(self.group, name, site).result()
        return name

    def service(self, name: str) -> DeploymentService:
        """The deployment service of a site."""
        return DeploymentService(self.clients, self.app(name))

    def package(self, name: str) -> AppPackage:
        """The package of a site."""
        return AppPackage(self.app(name), self.service(name), self.artifacts)

    def blob(self, content: bytes) -> tuple[str, str]:
        """Upload an artifact; its URL and its SHA-256."""
        with BlobServiceClient(self._blobs, credential=self.credential) as service:
            container = service.get_container_client("artifacts")
            if not container.exists():
                container.create_container()
            blob = container.upload_blob(f"builds/{uuid.uuid4().hex}", content)
            return str(blob.url).replace("%2F", "/"), hashlib.sha256(content).hexdigest()

    def allow(self, *permissions: dict[str, list[str]]) -> None:
        """Let the identity do only this from now on; without arguments everything again."""
        with httpx.Client(base_url=self._endpoint, verify=ssl.create_default_context(), trust_env=False) as client:
            if permissions:
                client.put("/_standin/permissions", json={"value": list(permissions)}).raise_for_status()
            else:
                client.delete("/_standin/permissions").raise_for_status()

    def remove(self) -> None:
        """Delete the group and all that is in it."""
        self.allow()
        self.clients.resources.resource_groups.begin_delete(self.group).result()
