"""An agent for the dashboard's tests: the real function app with a real ledger, whose orchestrations do not run.

What a test wants to see it writes to the ledger, as the product does. Never here: assertions.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from local.environment import Environment
from local.processes import Child, clean_environment, free_port
from local.stage import AGENT, write_keys
from orchestrators.blueprint import function_name
from orchestrators.strategies import RUNBOOKS

Json = dict[str, Any]


@dataclass
class Agent:
    """A running agent."""

    url: str
    key: str
    child: Child

    def doors(self) -> httpx.Client:
        """A client with the key."""
        return httpx.Client(base_url=f"{self.url}/api/", headers={"x-functions-key": self.key}, timeout=30, trust_env=False)

    def page(self, run: str = "") -> str:
        """Address of the page of a run, or of the list, which may be asked for one wave: `?wave=NAME`."""
        return f"{self.url}/api/dashboard{'/' if run and not run.startswith('?') else ''}{run}"


@contextmanager
def agent(environment: Environment, folder: Path, app: Path = AGENT, **settings: str) -> Iterator[Agent]:
    """The agent's host on the environment; orchestrations are taken in and wait, as in an app where they are disabled.

    Args:
        environment: what it runs on.
        folder: for keys, state and log.
        app: another function app than the product's own.
        settings: further app settings.
    """
    key, port = write_keys(folder), free_port()
    still = {f"AzureWebJobs_{function_name(strategy)}_Disabled": "1" for strategy in RUNBOOKS}
    command = [sys.executable, "-m", "local.host", "--app", str(app), "--port", str(port), "--data", str(folder)]
    variables = clean_environment() | environment.variables() | still | settings
    variables |= {"AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1", "PYTHONPATH": str(AGENT)}
    with Child("agent", command, env=variables, log=folder / "agent.log", cwd=AGENT) as child:
        child.wait_until(f"http://127.0.0.1:{port}/admin/host/status")
        yield Agent(f"http://127.0.0.1:{port}", key, child)
