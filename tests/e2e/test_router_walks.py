"""Whole migrations whose clients are moved by the other routers: there up to the bake, and all the way back.

Two walk step by step on one ground; the third, which only serves zero downtime, is a run of the agent. All share one stage.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from azure.identity import DefaultAzureCredential
from azure.mgmt.trafficmanager import TrafficManagerManagementClient

from activities.source_state import source_state
from adapters.wiring import world_for
from local.processes import ROOT, Child, clean_environment, free_port
from local.stage import Stage, stage
from local.traffic.generator import Traffic
from plan.load import load_plan
from plan.model import Plan
from tests.e2e import proofs
from tests.e2e.lifecycle import untold
from tests.e2e.pilot import Pilot
from tests.e2e.walk import Walk, runbook
from tests.e2e.whole_world import changes, settled

pytestmark = [pytest.mark.e2e, pytest.mark.lifecycle, pytest.mark.timeout(400)]
PACE = {
    **{"POLL": "200ms", "QUEUE_SETTLE": "300ms", "SYNC": "1s", "BAKE": "1s", "RAMP_BAKE": "3s", "WATCH": "2s", "QUIET": "2s"},
    "SHARDS": "2",
}
PROFILE = "orders-profile"
TARGET_HOST = "orders-func.azurewebsites.net"
ALIASED = "orders-api"


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("routers"), orders=20, pace=PACE) as started:
        yield started


def planned(ready: Stage, traffic: dict[str, Any], front_door: str) -> Plan:
    """The sample's plan for planned downtime, with another router and another way in."""
    text = (ROOT / "examples" / "orders" / "plan.yaml").read_text()
    variables = os.environ | ready.variables | {"STRATEGY": "planned-downtime"}
    held = load_plan(text, "plan.yaml", variables).model_dump(mode="json")
    held["traffic"] = traffic
    held["checks"]["front_door"] = front_door
    held["target"]["infrastructure"]["remove_on_failback"] = True
    return Plan.model_validate(held)


def walk_there_and_back(plan: Plan, series: str) -> None:
    """Every step up to the bake, and every one undone; clients get Azure's answers in between, and AWS's in the end."""
    walk = Walk(plan, world_for(plan), series)
    before = settled(walk.plan, walk.world)
    there = [line for line in runbook(plan) if not line.final]
    for line in there:
        walk.begin(line)
        start = source_state(plan, walk.world)
        walk.do(line)
        assert untold(walk, line, start, source_state(plan, walk.world)) == [], "it would hold the next gate"
    assert walk.world.router.weight() == 100
    assert walk.world.router.observed(20).target == 20
    observed = walk.record.evidence("switch_traffic")["observed"]
    assert (observed["asked"], observed["target"], observed["chance"]) == (200, 200, 1.0)
    assert platform(str(plan.checks.front_door)) == "azure-functions"
    for line in reversed(there):
        walk.undo(line)
    assert changes(before, walk.plan, walk.world) == []
    assert (walk.world.router.weight(), walk.world.router.observed(20).target) == (0, 0)
    assert platform(str(plan.checks.front_door)) == "aws-lambda"


def platform(front_door: str) -> object:
    """Who answers there."""
    return httpx.get(f"{front_door}/health", trust_env=False, timeout=20).json()["platform"]


@contextmanager
def way_in(ready: Stage, folder: Path, *words: str) -> Iterator[str]:
    """Another way in for clients; it serves DNS at the port that it listens on."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "local.edge", "--listen", str(port), *words]
    child = Child("way-in", command, env=clean_environment() | ready.variables, log=folder / "way-in.log", cwd=ROOT)
    with child:
        child.wait_until(f"{url}/-/edge/stats")
        yield url


def test_the_routes_of_an_api_carry_a_planned_downtime_there_and_back(ready: Stage) -> None:
    walk_there_and_back(planned(ready, {"router": "http-api", "settle": "200ms"}, ready.variables["SOURCE_URL"]), "routes")


def test_a_traffic_manager_profile_carries_a_planned_downtime_there_and_back(
    ready: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_host = f"{ready.variables['API_ID']}.execute-api.eu-west-1.amazonaws.com"
    profile = make_profile(ready, source_host)
    names = free_port()
    words = ["--profile", profile, "--names", str(names), "--origin", f"{source_host}={ready.variables['SOURCE_URL']}"]
    with way_in(ready, tmp_path, *words, "--origin", f"{TARGET_HOST}={ready.variables['TARGET_BASE_URL']}") as url:
        monkeypatch.setenv("DAYZERO_NAME_SERVERS", f"127.0.0.1:{names}")
        traffic = {"router": "traffic-manager", "record": f"{PROFILE}.trafficmanager.net", "profile": PROFILE}
        walk_there_and_back(planned(ready, traffic | {"ttl": "1s", "settle": "1s"}, url), "profile")


def test_the_weights_of_an_alias_carry_a_run_without_downtime_there_and_back(ready: Stage, tmp_path: Path) -> None:
    make_alias()
    words = [word for route in routes(ready) for word in ("--route", route)]
    with way_in(ready, tmp_path, "--alias", f"{ALIASED}:live", "--ttl-floor", "0.2", *words) as url:
        traffic = {
            **{"router": "lambda-alias", "functions": [{"name": ALIASED}], "settle": "1s", "ramp": [50, 100]},
            **{"bake": "3s", "quiet": "2s"},
        }
        pilot = Pilot(ready, "aliased", {"strategy": "zero-downtime", "traffic": traffic})
        pilot.changes["checks"] = pilot.plan()["checks"] | {"front_door": url}
        with Traffic(url, rate=5, ramp=2.0, max_seconds=600) as clients:
            clients.adopt(ready.seeded)
            pilot.start().raise_for_status()
            pilot.pass_gates("cutover")
            status = pilot.until("finalize", seconds=300)
            shifts = [line["evidence"] for line in status["steps"] if line["name"] == "shift_traffic"]
            assert [shift["weight"] for shift in shifts] == [50, 100]
            assert 60 < shifts[0]["observed"]["target"] < 140
            assert shifts[1]["observed"]["target"] == 200
            assert platform(url) == "azure-functions"
            pilot.decide("finalize", "reject", reason="all the way back").raise_for_status()
            status = pilot.until("failed-back", seconds=240)
            assert status["weight"] == 0
            assert platform(url) == "aws-lambda"
            before, after = proofs.fingerprints(pilot)
            assert before == after
            assert clients.requests()["failed"] == 0
    versions = boto3.client("lambda").list_versions_by_function(FunctionName=ALIASED)["Versions"]
    assert [one["Version"] for one in versions] == ["$LATEST", "1"], "what was published for the run is gone"


def make_profile(ready: Stage, source_host: str) -> str:
    """A weighted profile beside the target that sends everybody to AWS; its id."""
    subscription, arm = ready.variables["AZURE_SUBSCRIPTION_ID"], ready.variables["DAYZERO_ARM_ENDPOINT"]
    scopes = ["https://management.azure.com/.default"]
    client = TrafficManagerManagementClient(DefaultAzureCredential(), subscription, arm, credential_scopes=scopes)
    kind = "Microsoft.Network/trafficManagerProfiles/externalEndpoints"
    sides = [("aws", source_host, "Enabled"), ("azure", TARGET_HOST, "Disabled")]
    properties = {
        "trafficRoutingMethod": "Weighted",
        "dnsConfig": {"relativeName": PROFILE, "ttl": 2},
        "monitorConfig": {"protocol": "HTTPS", "port": 443, "path": "/health"},
        "endpoints": [
            {"name": name, "type": kind, "properties": {"target": host, "endpointStatus": status, "weight": 100}}
            for name, host, status in sides
        ],
    }
    body: Any = {"location": "global", "properties": properties}
    return str(client.profiles.create_or_update("orders", PROFILE, body).id)


def routes(ready: Stage) -> list[str]:
    """Keys of the routes of the sample's API."""
    return [str(one["RouteKey"]) for one in boto3.client("apigatewayv2").get_routes(ApiId=ready.variables["API_ID"])["Items"]]


def make_alias() -> None:
    """As docs/routers.md asks for before a run: a version, an alias on it, and nobody who may call the function without it."""
    client = boto3.client("lambda")
    version = client.publish_version(FunctionName=ALIASED)["Version"]
    client.create_alias(FunctionName=ALIASED, Name="live", FunctionVersion=version)
    for statement in statements(client):
        client.remove_permission(FunctionName=ALIASED, StatementId=statement)


def statements(client: Any) -> list[str]:
    """Ids of the statements of the function's own policy."""
    return [one["Sid"] for one in json.loads(client.get_policy(FunctionName=ALIASED)["Policy"])["Statement"]]
