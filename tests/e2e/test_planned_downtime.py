"""Whole migrations under live traffic: turned back before the window, turned back after the cutover, crashed, and migrated.

The tests share one stage and follow each other: each begins where the one before left the workload, on AWS as it was.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from local.demo import warm_up
from local.stage import Stage, agent_child, stage
from local.traffic.generator import Traffic
from tests.e2e.pilot import Json, Pilot

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]
PROMISES = ("lost", "changed", "processed_twice", "unprocessed", "outdated", "resurrected", "unreadable", "stale_reads")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stage")


@pytest.fixture(scope="module")
def ready(folder: Path) -> Iterator[Stage]:
    pace = {"POLL": "200ms", "QUEUE_SETTLE": "500ms", "BAKE": "2s"}
    with stage(folder, orders=120, pace=pace) as started:
        warm_up(started)
        yield started


@pytest.fixture(scope="module")
def traffic(ready: Stage) -> Iterator[Traffic]:
    clients = Traffic(ready.edge_url, rate=8, ramp=2.0, max_seconds=900)
    clients.adopt(ready.seeded)
    with clients:
        yield clients


def fingerprints(pilot: Pilot) -> tuple[str, str]:
    report = pilot.get("/report?format=json")
    return report["source_fingerprint_before"], report["source_fingerprint_after"]


def test_doors_refuse_what_does_not_belong(ready: Stage, traffic: Traffic) -> None:
    pilot = Pilot(ready, "refused")
    started = pilot.start()
    assert started.status_code == 202
    assert "statusQueryGetUri" in started.json()["durable"]
    assert pilot.start().status_code == 202, "the same request twice is one run"
    other = pilot.start("another")
    assert other.status_code == 409
    assert other.headers["content-type"] == "application/problem+json"
    assert "refused" in other.json()["detail"]
    assert pilot.decide("cutover").status_code == 409, "the gate is not open yet"
    pilot.until("open-window")
    assert pilot.decide("open-window", by="Mallory").status_code == 403
    wrong = {"decision": "approve", "by": "Lena Lead", "reason": "", "runbook_hash": "0" * 64}
    assert pilot.post("migrations/refused/approvals/open-window", wrong).status_code == 409
    assert pilot.decide("open-window", "reject").status_code == 400, "a rejection needs a reason"
    assert pilot.get()["waiting_for"]["gate"] == "open-window"
    refusals = [event for event in pilot.get("/events")["events"] if event["kind"] == "refused"]
    assert len(refusals) == 4


def test_abort_at_a_gate_leaves_no_trace(ready: Stage, traffic: Traffic) -> None:
    pilot = Pilot(ready, "refused")
    aborted = pilot.post("migrations/refused/abort", {"by": "Lena Lead", "reason": "a rehearsal"})
    assert aborted.status_code == 202
    status = pilot.until("failed-back")
    assert "aborted by Lena Lead: a rehearsal" in status["why"]
    before, after = fingerprints(pilot)
    assert before == after
    assert pilot.start().status_code == 409, "a run that has ended does not begin again"


def test_a_rejected_finalize_brings_the_writes_of_azure_home(ready: Stage, traffic: Traffic) -> None:
    pilot = Pilot(ready, "home")
    pilot.start().raise_for_status()
    pilot.pass_gates("open-window", "cutover")
    pilot.until("finalize")
    assert traffic.requests()["served_by"]["azure"]["good"] > 0, "clients used Azure before the way back"
    assert pilot.decide("finalize", "reject", reason="customers complain").status_code == 202
    status = pilot.until("failed-back")
    steps = {line["name"]: line for line in status["steps"]}
    assert steps["verify_state"]["undo"]["evidence"]["written_back"] > 0
    assert status["weight"] == 0
    before, after = fingerprints(pilot)
    assert before == after


def test_a_crash_in_the_middle_loses_nothing_and_it_migrates(ready: Stage, traffic: Traffic, folder: Path) -> None:
    pilot = Pilot(ready, "crashed")
    pilot.start().raise_for_status()
    pilot.pass_gates("open-window")
    pilot.until("quiesce_source")
    ready.agent.kill()
    port = int(ready.agent_url.rsplit(":", 1)[1])
    with agent_child(folder, ready.variables, Path.cwd(), port) as agent:
        agent.wait_until(f"{ready.agent_url}/admin/host/status")
        pilot.pass_gates("cutover", "finalize")
        status = pilot.until("migrated")
        assert [line["name"] for line in status["steps"]] == [
            line["name"] for line in status["steps"] if line["state"] == "done"
        ]
        assert_manual_equals(pilot, status)
        assert_dormant()
        assert_kept(ready, traffic)
        assert_no_secret(ready, pilot, folder)


def assert_manual_equals(pilot: Pilot, status: Json) -> None:
    headings = [line.split(". ", 1)[1].split(" ")[0] for line in pilot.text("/manual").splitlines() if line.startswith("### ")]
    executed = [line["name"] for line in sorted(status["steps"], key=lambda line: line["started"])]
    assert headings == executed


def assert_dormant() -> None:
    functions = boto3.client("lambda")
    for name in ("orders-api", "orders-worker", "orders-nightly"):
        assert functions.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 0
    assert boto3.client("events").describe_rule(Name="orders-nightly")["State"] == "DISABLED"


def assert_kept(ready: Stage, traffic: Traffic) -> None:
    traffic.stop()
    found = traffic.audit(settle_seconds=60)
    orders = traffic.report()["orders"]
    assert orders["acknowledged"] > 100
    assert {name: orders[name] for name in PROMISES} == dict.fromkeys(PROMISES, 0), found["examples"]
    assert ready.split()["records"][0]["weight"] in {0, 100}


def assert_no_secret(ready: Stage, pilot: Pilot, folder: Path) -> None:
    secret = boto3.client("secretsmanager").get_secret_value(SecretId="orders/signing-key")["SecretString"]
    papers = json.dumps([pilot.get(), pilot.get("/events"), pilot.get("/report?format=json")]) + pilot.text("/report")
    assert secret not in papers
    kept = [
        path for path in folder.rglob("*") if path.is_file() and "ministack" not in path.parts and path.name != "vault.json"
    ]
    places = [path for path in kept if secret.encode() in path.read_bytes()]
    assert [str(path) for path in places if "arm" not in path.parts] == []
    assert ready.key not in (folder / "agent.log").read_text()
