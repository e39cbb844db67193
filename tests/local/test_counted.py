"""What an HTTP API takes is counted in CloudWatch, whoever sent it; whoever waits for clients to leave AWS sees it there."""

import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from activities.step import Done, Waiting, Work
from activities.steps.await_departure import AwaitDeparture
from adapters.observers.cloudwatch import CloudWatchObserver
from local.environment import Environment
from local.processes import ROOT, Child, clean_environment, free_ports
from tests.activities.following import Following
from tests.activities.small_world import work
from tests.adapters.aws_resources import Aws, unique, until
from tests.contracts.router_sides import GROUP, make_profile, profile_clients
from tests.local.edge_origin import Origin
from tests.plan.plans import example


class Api:
    """An HTTP API behind the clients' way in: `edge` and `own` are its two addresses, `observer` reads what is counted."""

    def __init__(self, aws: Aws) -> None:
        self.id = unique("api")
        self.host = f"{self.id}.example.net"
        self.observer = CloudWatchObserver(aws.session, [aws.function()], [self.id], {})
        edge, own = free_ports(2)
        self.edge, self.own = f"http://127.0.0.1:{edge}", f"http://127.0.0.1:{own}"
        self.since = datetime.now(UTC)

    def counted(self) -> tuple[int, int]:
        found = self.observer.traffic(self.since)
        return found.requests, found.errors


@pytest.fixture
def api(environment: Environment, aws: Aws, tmp_path: Path) -> Iterator[Api]:
    made, clients, name = Api(aws), profile_clients(environment), unique("profile")
    whole: dict[str, Any] = {"target": made.host, "endpointStatus": "Enabled", "weight": 1}
    kind = "Microsoft.Network/trafficManagerProfiles/externalEndpoints"
    make_profile(clients, name, endpoints=[{"name": "aws", "type": kind, "properties": whole}])
    profile = f"{clients.group_id(GROUP)}/providers/Microsoft.Network/trafficManagerProfiles/{name}"
    listen, own = (url.rpartition(":")[2] for url in (made.edge, made.own))
    with Origin() as origin:
        command = [sys.executable, "-m", "local.edge", "--listen", listen, "--profile", profile, "--timeout", "1"]
        command += ["--origin", f"{made.host}={origin.url}", "--counted", f"{made.host}={own}"]
        variables = clean_environment() | environment.variables()
        with Child("edge", command, env=variables, log=tmp_path / "edge.log", cwd=ROOT) as child:
            child.wait_until(f"{made.edge}/-/edge/stats")
            yield made


def test_requests_are_counted_at_both_addresses(api: Api) -> None:
    until(lambda: api.counted() == (0, 0) and api.observer.latency(api.since) == {})
    with httpx.Client(trust_env=False, timeout=10) as client:
        for _ in range(7):
            assert client.get(f"{api.edge}/orders").status_code == 201
            assert client.post(f"{api.own}/orders?x=1", content=b"body").json()["path"] == "/base/orders?x=1"
        for base in (api.edge, api.own):
            assert client.get(f"{base}/break").status_code == 502
    until(lambda: api.counted() == (16, 2))
    assert api.observer.latency(api.since)["p50"] < 1.0


def test_aws_is_not_left_while_a_client_still_asks_it(api: Api) -> None:
    plan = example()
    plan = plan.model_copy(update={"traffic": plan.traffic.model_copy(update={"quiet": timedelta(seconds=3)})})
    ports: dict[str, Any] = {"observers": {"source": api.observer}, "router": Following(100, 200)}

    def now(did: Any = None) -> Work:
        made = work(did, plan=plan, **ports)
        return Work(made.run, made.plan, made.world, made.record, did=made.did)

    stays, step = threading.Event(), AwaitDeparture()

    def client() -> None:
        while not stays.wait(0.3):
            httpx.get(f"{api.own}/orders", trust_env=False)

    asking = threading.Thread(target=client)
    asking.start()
    try:
        did, began = step.do(now(), {}), time.monotonic()
        while time.monotonic() - began < 8:  # longer than quiet
            found = step.verify(now(did), {})
            assert isinstance(found, Waiting)
            did = found.remember or did
            time.sleep(0.2)
    finally:
        stays.set()
        asking.join()
    left = datetime.now(UTC)
    while isinstance(found := step.verify(now(did), {}), Waiting):
        assert datetime.now(UTC) - left < timedelta(seconds=20)
        did = found.remember or did
        time.sleep(0.2)
    assert isinstance(found, Done)
    assert datetime.now(UTC) - left >= timedelta(seconds=2)
    assert found.evidence["requests"] > 10
