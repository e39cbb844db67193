"""What the tests of the ARM stand-in share: the stand-in as a process, the real SDK clients on it, packages to deploy."""

import io
import json
import os
import ssl
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx
from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.web import WebSiteManagementClient

from local.certificates import make_certificates
from local.processes import ROOT, Child, free_port

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
HOST = [sys.executable, str(Path(__file__).with_name("arm_host.py"))]
HTTP_FUNCTION = {"name": "orders", "config": {"bindings": [{"type": "httpTrigger", "name": "req", "route": "orders"}]}}
QUEUE_FUNCTION = {
    "name": "worker",
    "config": {"bindings": [{"type": "queueTrigger", "name": "message", "queueName": "orders"}]},
}
TIMER_FUNCTION = {
    "name": "nightly",
    "config": {"bindings": [{"type": "timerTrigger", "name": "timer", "schedule": "0 0 3 * * *"}]},
}


def until[T](question: Callable[[], T | None], seconds: float = 15.0) -> T:
    """The first answer that is neither None nor false."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"not true within {seconds} s")


def package(*functions: dict[str, Any], **files: str) -> bytes:
    """A zip that the test host serves."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("functions.json", json.dumps(functions))
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


class StandIn:
    """`python -m local.arm` with the real clients; a context manager that also sets the environment they read."""

    def __init__(self, folder: Path, **config: Any) -> None:
        self.folder = folder
        self.tls = make_certificates(folder / "tls")
        self.port, self.identity_port, self.vault_port, self.site_port = (free_port() for _ in range(4))
        self.config: dict[str, Any] = {
            "subscription": SUBSCRIPTION,
            "tenant": "99999999-8888-7777-6666-555555555555",
            "identity_header": "identity-secret",
            "server_cert": str(self.tls.certificate),
            "server_key": str(self.tls.key),
            "vault_name": "orders-vault",
            "site_ports": {"orders-func": self.site_port},
            "site_environment": {"IDENTITY_HEADER": "identity-secret"},
            "host_command": HOST,
            **config,
        }
        self.url, self.vault_url = f"https://localhost:{self.port}", f"https://127.0.0.1:{self.vault_port}"
        self.site_url = f"http://127.0.0.1:{self.site_port}"
        self.group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/orders"
        self.http = httpx.Client(base_url=self.url, verify=ssl.create_default_context(cafile=self.tls.bundle), trust_env=False)
        self._child: Child | None = None
        self._before = dict(os.environ)

    def start(self) -> None:
        """Start it, or start it again with what it kept."""
        file = self.folder / "config.json"
        file.write_text(json.dumps(self.config))
        ports = ["--port", str(self.port), "--identity-port", str(self.identity_port), "--vault-port", str(self.vault_port)]
        command = [sys.executable, "-m", "local.arm", *ports, "--data", str(self.folder / "data"), "--config", str(file)]
        self._child = Child("arm", command, env=self._before, log=self.folder / "arm.log", cwd=ROOT).start()
        self._child.wait_until(self.url, verify=str(self.tls.bundle))

    def stop(self) -> None:
        """End it."""
        if self._child:
            self._child.stop()

    def __enter__(self) -> Self:
        self.start()
        os.environ.update(
            IDENTITY_ENDPOINT=f"http://127.0.0.1:{self.identity_port}/msi/token",
            IDENTITY_HEADER="identity-secret",
            REQUESTS_CA_BUNDLE=str(self.tls.bundle),
            SSL_CERT_FILE=str(self.tls.bundle),
        )
        self.credential = DefaultAzureCredential()
        token = self.credential.get_token("https://management.azure.com/.default").token
        self.http.headers["Authorization"] = f"Bearer {token}"
        self.web = WebSiteManagementClient(self.credential, SUBSCRIPTION, base_url=self.url)
        self.resources = ResourceManagementClient(self.credential, SUBSCRIPTION, base_url=self.url)
        self.deployments = DeploymentsMgmtClient(self.credential, SUBSCRIPTION, base_url=self.url)
        self.secrets = SecretClient(self.vault_url, self.credential)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
            os.environ.pop(name, None)
            if name in self._before:
                os.environ[name] = self._before[name]

    def site(self, name: str = "orders-func", **settings: str) -> None:
        """A site with an identity and these settings, in the group `orders`."""
        self.resources.resource_groups.create_or_update("orders", {"location": "westeurope"})
        pairs = [{"name": key, "value": value} for key, value in settings.items()]
        properties = {"siteConfig": {"appSettings": pairs}}
        site: Any = {"location": "westeurope", "identity": {"type": "SystemAssigned"}, "properties": properties}
        self.web.web_apps.begin_create_or_update("orders", name, site).result()

    def publish(self, content: bytes, name: str = "orders-func") -> str:
        """Publish a package as one deploy does; the deployment's id."""
        states: Any = self.web.web_apps.get("orders", name)["properties"]["hostNameSslStates"]
        scm = next(state["name"] for state in states if state["hostType"] == "Repository")
        answer = self.http.post(f"https://{scm}/api/publish", params={"type": "zip"}, content=content)
        assert answer.status_code == 202, answer.text
        return str(answer.json())

    def functions(self, name: str = "orders-func") -> dict[str, Any]:
        """The functions of a site by their name without the site's."""
        return {str(one.name).split("/")[1]: one for one in self.web.web_apps.list_functions("orders", name)}

    def setting_seen(self, name: str) -> Any:
        """A setting as the running process has it; None while it does not answer well."""
        answer = httpx.get(f"{self.site_url}/api/env", params={"name": name}, trust_env=False)
        return answer.json()["value"] if answer.status_code == 200 else None
