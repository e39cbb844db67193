"""The edge spreads requests by what a router of the product sets: a Traffic Manager profile, a Lambda alias."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from adapters.routers.alias_weights import AliasWeights
from adapters.routers.traffic_manager import TrafficManager
from local.environment import Environment
from local.processes import ROOT, Child, clean_environment, free_port
from local.routing.aliases import fits
from tests.adapters.aws_resources import Aws, unique
from tests.contracts.clients_ways import who
from tests.contracts.router_sides import GROUP, aliased, make_profile, profile_clients
from tests.local.edge_origin import Origin

SHORT = timedelta(seconds=1)


@pytest.fixture
def azure() -> Iterator[Origin]:
    with Origin() as origin:
        yield origin


@contextmanager
def edge(environment: Environment, folder: Path, *words: str) -> Iterator[httpx.Client]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "local.edge", "--listen", str(port), "--seed", "7", "--ttl-floor", "0.2", *words]
    child = Child("edge", command, env=clean_environment() | environment.variables(), log=folder / "edge.log", cwd=ROOT)
    with child, httpx.Client(base_url=url, timeout=20, trust_env=False) as client:
        child.wait_until(f"{url}/-/edge/stats")
        yield client


def becomes(client: httpx.Client, sides: set[str], count: int = 20) -> Counter[str]:
    """How requests were spread, once they are spread over just these."""
    deadline = time.monotonic() + 30
    while True:
        found = Counter(client.get("/orders").headers["x-served-by"] for _ in range(count))
        if found.keys() == sides:
            return found
        assert time.monotonic() < deadline, found


def test_a_profile_decides(environment: Environment, aws: Aws, azure: Origin, tmp_path: Path) -> None:
    clients, name = profile_clients(environment), unique("profile")
    make_profile(clients, name, dnsConfig={"relativeName": name, "ttl": 1})
    port = TrafficManager(clients, GROUP, name, "aws", "azure")
    resource = f"{clients.group_id(GROUP)}/providers/Microsoft.Network/trafficManagerProfiles/{name}"
    with Origin() as source:
        origins = [f"aws.example.net={source.url}", f"azure.example.net={azure.url}"]
        words = ["--profile", resource, *(word for origin in origins for word in ("--origin", origin))]
        with edge(environment, tmp_path, *words) as client:
            becomes(client, {"aws"})
            port.set_weight(50, SHORT)
            becomes(client, {"aws", "azure"})  # old answers have run out
            assert 20 < becomes(client, {"aws", "azure"}, 100)["azure"] < 80
            port.set_weight(100, SHORT)
            becomes(client, {"azure"})
            assert client.get("/orders?x=1").json()["path"] == "/base/orders?x=1"


def test_an_alias_decides_and_its_versions_answer(environment: Environment, aws: Aws, azure: Origin, tmp_path: Path) -> None:
    name = aliased(aws, "own")
    port = AliasWeights(aws.session, {name: "live"}, lambda: f"http://127.0.0.1:{azure.port}", who("http://127.0.0.1:9"))
    with edge(environment, tmp_path, "--alias", f"{name}:live") as client:
        becomes(client, {"1"}, 5)
        assert client.get("/orders").json() == {"says": "own"}
        port.set_weight(50, SHORT)
        versions = {record["identifier"] for record in client.get("/-/edge/stats").json()["records"]} | {"2"}
        becomes(client, versions)
        port.set_weight(100, SHORT)
        becomes(client, {"2"}, 5)
        told = client.post("/base/orders?x=1", content=b"\x00\xff").json()
        assert (told["method"], told["path"], told["body"]) == ("POST", "/base/orders?x=1", "AP8=")
        assert client.get("/base/moved").headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_a_request_gets_the_route_that_fits_it_best() -> None:
    keys = ["GET /orders/{id}", "ANY /orders/{id}", "GET /orders", "$default"]
    told = {key: fits(key, "GET", "/orders/o-1") for key in keys}
    assert told == {"GET /orders/{id}": {"id": "o-1"}, "ANY /orders/{id}": {"id": "o-1"}, "GET /orders": None, "$default": {}}
    assert fits("GET /orders/{id}", "GET", "/orders") is None
    assert fits("GET /orders/{id}", "GET", "/others/o-1") is None
