"""The ARM template and the package make a working site: storage, settings, the secret from Key Vault, all eight functions."""

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.web import WebSiteManagementClient

from examples.orders.aws.order import parse, signature
from examples.orders.package import FOLDER, pack
from local.environment import Environment
from tests.examples.order_sides import SIGNING_KEY, until

GROUP, SITE = "orders-rg", "orders-func"
SCOPE = "https://management.azure.com/.default"


@pytest.fixture
def variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """An environment of its own: the site's queue worker must be alone."""
    with Environment(tmp_path / "environment") as started:
        for name, value in started.variables().items():
            monkeypatch.setenv(name, value)
        yield started.variables()


def deploy_template(variables: dict[str, str], credential: DefaultAzureCredential, **clients: Any) -> None:
    ResourceManagementClient(credential, **clients).resource_groups.create_or_update(GROUP, {"location": "westeurope"})
    parameters = {
        "storageAccountName": "ordersdata", "vaultName": "orders-vault", "tablesUrl": variables["TARGET_TABLES"],
        "blobsUrl": variables["TARGET_BLOBS"], "queuesUrl": variables["TARGET_QUEUES"],
    }  # fmt: skip
    body: Any = {
        "properties": {
            "mode": "Incremental",
            "template": json.loads((FOLDER / "azure/infra/main.json").read_text()),
            "parameters": {name: {"value": value} for name, value in parameters.items()},
        }
    }
    made = DeploymentsMgmtClient(credential, **clients).deployments.begin_create_or_update(GROUP, "orders", body).result()
    assert made.properties is not None
    assert made.properties.provisioning_state == "Succeeded"


def test_the_deployed_site_serves_orders(variables: dict[str, str]) -> None:
    credential = DefaultAzureCredential()
    clients: dict[str, Any] = {
        "subscription_id": variables["AZURE_SUBSCRIPTION_ID"], "base_url": variables["DAYZERO_ARM_ENDPOINT"],
        "credential_scopes": [SCOPE],
    }  # fmt: skip
    SecretClient(variables["TARGET_VAULT"], credential).set_secret("orders-signing-key", SIGNING_KEY)
    deploy_template(variables, credential, **clients)
    web = WebSiteManagementClient(credential, **clients)
    publish(web, credential.get_token(SCOPE).token, variables["SSL_CERT_FILE"])
    order = {"id": "i-1", "customer": "Ann", "items": [], "total": "7.50"}
    with httpx.Client(base_url=variables["TARGET_BASE_URL"], timeout=60, trust_env=False) as http:
        assert until(lambda: status(http, "/health"), lambda answered: answered == 200) == 200
        created = http.post("/orders", json=order)
        assert (created.status_code, created.json()["signature"]) == (
            201,
            signature(parse(json.dumps(order), ""), SIGNING_KEY.encode()),
        )
        processed = until(lambda: http.get("/orders/i-1").json(), lambda found: found["processings"] > 0)
        assert processed["processings"] == 1
    names = {str(function.name).split("/")[1] for function in web.web_apps.list_functions(GROUP, SITE)}
    assert names == {
        "create_order", "read_order", "list_orders", "update_order", "delete_order", "health",
        "process_order", "nightly_report",
    }  # fmt: skip


def publish(web: WebSiteManagementClient, token: str, trust: str) -> None:
    site: Any = web.web_apps.get(GROUP, SITE)
    scm = next(state["name"] for state in site["properties"]["hostNameSslStates"] if state["hostType"] == "Repository")
    with httpx.Client(verify=ssl.create_default_context(cafile=trust), trust_env=False, timeout=60) as http:
        bearer = {"authorization": f"Bearer {token}"}
        answer = http.post(f"https://{scm}/api/publish", params={"type": "zip"}, content=pack("azure"), headers=bearer)
    assert answer.status_code == 202, answer.text


def status(http: httpx.Client, path: str) -> int:
    try:
        return http.get(path).status_code
    except httpx.HTTPError:
        return 0
