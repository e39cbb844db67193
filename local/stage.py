"""The stage of a migration: environment, sample workload on AWS, clients' way in, the agent, the plan.

Lives here: what a demo, an end-to-end test and a benchmark have in common. Never here: what they do with it.
"""

import hashlib
import json
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from azure.identity import DefaultAzureCredential
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.storage.blob import BlobServiceClient

from examples.orders.deploy import deploy
from examples.orders.package import FOLDER, pack
from examples.orders.seed import seed
from local.azurite import Keeping
from local.endpoints import LOCATION
from local.environment import Environment
from local.processes import ROOT, Child, clean_environment, free_port, free_ports

AGENT = ROOT
"""The folder of the function app that is the agent."""
PACE = {
    **{"DNS_TTL": "1s", "DNS_SETTLE": "1s", "DNS_FOLLOW": "10s", "QUEUE_SETTLE": "1s", "POLL": "500ms", "SYNC": "3s"},
    **{"RAMP_BAKE": "6s", "QUIET": "5s", "FIRING_MARGIN": "12s", "WATCH": "6s", "BAKE": "5s", "WINDOW": "5m", "SHARDS": "4"},
    "LATENCY_SLACK": "500ms",  # both clouds on one small machine
    "LOOK": "2s",
}
"""Times of the sample's plan as a demo wants them: everything real, only shorter."""


@dataclass
class Ground:
    """What stands ready before there is an agent. `variables` reach every part, and fill the sample's plan."""

    environment: Environment
    variables: dict[str, str]
    outputs: dict[str, str]
    seeded: list[dict[str, Any]]
    edge_url: str
    edge: Child

    def split(self) -> dict[str, Any]:
        """How the clients' way in spreads requests, as it counted them."""
        return dict(httpx.get(f"{self.edge_url}/-/edge/stats", trust_env=False, timeout=10).json())


@dataclass
class Stage(Ground):
    """The ground with an agent on it."""

    agent_url: str
    key: str
    agent: Child

    def doors(self) -> httpx.Client:
        """A client of the agent's doors."""
        return httpx.Client(
            base_url=f"{self.agent_url}/api/", headers={"x-functions-key": self.key}, timeout=60, trust_env=False
        )


@contextmanager
def ground(
    folder: Path, *, orders: int = 0, pace: dict[str, str] | None = None, keeping: Keeping = "lazily"
) -> Iterator[Ground]:
    """Environment, sample and clients' way in, for whoever drives the steps without an agent. The arguments are `stage`'s."""
    with ExitStack() as stack:
        environment = stack.enter_context(Environment(folder / "environment", keeping=keeping))
        variables = environment.variables()
        stack.enter_context(_process_environment(variables))
        schedule = (pace or {}).get("SCHEDULE")
        outputs = deploy(ttl=2, **({"schedule": schedule} if schedule else {}))
        seeded = seed(orders, min(orders, 200), sample=min(orders, 100)) if orders else []
        edge_port, source_port = free_ports(2)
        edge_url = f"http://127.0.0.1:{edge_port}"
        variables |= PACE | (pace or {}) | _publish(variables)
        variables |= {"API_ID": outputs["api_id"], "ZONE_ID": outputs["hosted_zone_id"]}
        variables |= {"FRONT_DOOR": edge_url, "SOURCE_URL": f"http://127.0.0.1:{source_port}"}
        variables |= {"DAYZERO_NAME_SERVERS": f"127.0.0.1:{edge_port}"}
        os.environ.update(DAYZERO_NAME_SERVERS=variables["DAYZERO_NAME_SERVERS"])
        edge = stack.enter_context(_edge(folder, variables, outputs, edge_port, source_port))
        edge.wait_until(f"{edge_url}/-/edge/stats")
        yield Ground(environment, variables, outputs, seeded, edge_url, edge)


@contextmanager
def stage(
    folder: Path,
    *,
    orders: int = 0,
    app: Path = AGENT,
    pace: dict[str, str] | None = None,
    settings: dict[str, str] | None = None,
    keeping: Keeping = "lazily",
) -> Iterator[Stage]:
    """Set everything up, and take it down again whatever happens.

    Args:
        folder: where data and logs go.
        orders: rows of existing state.
        app: folder of the agent's function app; a rehearsal uses one that misbehaves.
        pace: other times for the plan than `PACE`; SCHEDULE and NIGHTLY_SCHEDULE: when the nightly report is due, on each side.
        settings: further settings of the agent, such as keys.
        keeping: as an `Environment` takes it.
    """
    with ground(folder, orders=orders, pace=pace, keeping=keeping) as ready:
        ready.variables |= settings or {}
        key, port = write_keys(folder / "agent"), free_port()
        ready.variables["DAYZERO_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        with agent_child(folder, ready.variables, app, port) as agent:
            agent.wait_until(f"http://127.0.0.1:{port}/admin/host/status")
            yield Stage(**vars(ready), agent_url=f"http://127.0.0.1:{port}", key=key, agent=agent)


def agent_child(folder: Path, variables: dict[str, str], app: Path, port: int) -> Child:
    """The agent's host, not started yet; started again after a crash it finds its state."""
    command = [sys.executable, "-m", "local.host", "--app", str(app), "--port", str(port), "--data", str(folder / "agent")]
    settings = {"AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1", "PYTHONPATH": str(ROOT)}
    return Child("agent", command, env=clean_environment() | variables | settings, log=folder / "agent.log", cwd=ROOT)


def _edge(folder: Path, variables: dict[str, str], outputs: dict[str, str], port: int, source_port: int) -> Child:
    aws = f"{variables['AWS_ENDPOINT_URL']}/_aws/execute-api/{outputs['api_id']}/$default"
    api_host = f"{outputs['api_id']}.execute-api.{variables['AWS_DEFAULT_REGION']}.amazonaws.com"
    origins = [f"{api_host}={aws}", f"orders-func.azurewebsites.net={variables['TARGET_BASE_URL']}"]
    command = [sys.executable, "-m", "local.edge", "--listen", str(port), "--domain", "orders.example.com"]
    command += ["--names", str(port), "--counted", f"{api_host}={source_port}"]
    command += [word for origin in origins for word in ("--origin", origin)]
    return Child("edge", command, env=clean_environment() | variables, log=folder / "edge.log", cwd=ROOT)


def write_keys(data: Path) -> str:
    """Keys for the agent's host; the function key for its doors."""
    data.mkdir(parents=True, exist_ok=True)
    function_key, master, durable = (secrets.token_urlsafe(24) for _ in range(3))
    keys = {"masterKey": master, "functionKeys": {"default": function_key}, "functions": {}}
    path = data / "keys.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(keys | {"systemKeys": {"durabletask_extension": durable}}))
    return function_key


def _publish(variables: dict[str, str]) -> dict[str, str]:
    """What a pipeline would have done before Day 0: a resource group, the package and the template as blobs."""
    credential = DefaultAzureCredential()
    arm = variables["DAYZERO_ARM_ENDPOINT"]
    scopes = ["https://management.azure.com/.default"]
    groups = ResourceManagementClient(credential, variables["AZURE_SUBSCRIPTION_ID"], base_url=arm, credential_scopes=scopes)
    groups.resource_groups.create_or_update("orders", {"location": LOCATION})
    container = BlobServiceClient(variables["TARGET_BLOBS"], credential=credential).get_container_client("artifacts")
    if not container.exists():
        container.create_container()
    found: dict[str, str] = {}
    template = (FOLDER / "azure" / "infra" / "main.json").read_bytes()
    for name, blob, content in (("PACKAGE", "orders.zip", pack("azure")), ("TEMPLATE", "main.json", template)):
        client = container.get_blob_client(blob)
        client.upload_blob(content, overwrite=True)
        found |= {f"{name}_URL": client.url, f"{name}_SHA256": hashlib.sha256(content).hexdigest()}
    return found


@contextmanager
def _process_environment(variables: dict[str, str]) -> Iterator[None]:
    """The SDKs in this process reach the environment, too; afterwards everything is as before."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
