"""Whole migrations under live traffic: turned back before the window, turned back after the cutover, crashed, and migrated.

The tests share one stage and follow each other: each begins where the one before left the workload, on AWS as it was.
"""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from local.demo import warm_up
from local.stage import Stage, agent_child, stage
from local.traffic.generator import Traffic
from tests.e2e import proofs
from tests.e2e.canaries import NOTICES, Canaries
from tests.e2e.pilot import Pilot

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]


@pytest.fixture(scope="module")
def planted() -> Iterator[Canaries]:
    with Canaries() as made:
        yield made


@pytest.fixture(scope="module")
def ready(folder: Path, planted: Canaries) -> Iterator[Stage]:
    pace = {"POLL": "200ms", "QUEUE_SETTLE": "500ms", "BAKE": "2s", "LOOK": "500ms"}
    with stage(folder, orders=120, pace=pace, settings=planted.settings) as started:
        planted.in_the_environment_of("orders-nightly")
        warm_up(started)
        yield started


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
    before, after = proofs.fingerprints(pilot)
    assert before == after
    assert pilot.start().status_code == 409, "a run that has ended does not begin again"


def test_what_somebody_changes_by_hand_holds_a_gate_and_its_approval_until_it_is_put_back(
    ready: Stage, traffic: Traffic
) -> None:
    pilot, rules = Pilot(ready, "home"), boto3.client("events")
    pilot.start().raise_for_status()
    pilot.until("open-window")
    rules.disable_rule(Name="orders-nightly")
    told = pilot.until_held("schedules.orders-nightly.enabled: True -> False")
    pilot.decide("open-window").raise_for_status()
    pilot.until_looked_at(times=2)
    assert pilot.get()["waiting_for"]["what"] == told, "an approval does not pass"
    rules.enable_rule(Name="orders-nightly")
    pilot.until("cutover")
    mappings = boto3.client("lambda")
    (mapping,) = mappings.list_event_source_mappings(FunctionName="orders-worker")["EventSourceMappings"]
    mappings.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    told = pilot.until_held(f"mappings.orders-worker.{mapping['UUID']}.enabled: False -> True")
    mappings.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    assert any(told in event["text"] for event in pilot.get("/events")["events"] if event["kind"] == "gate")


def test_a_rejected_finalize_brings_the_writes_of_azure_home(ready: Stage, traffic: Traffic) -> None:
    pilot = Pilot(ready, "home")
    pilot.pass_gates("cutover")
    pilot.until("finalize")
    assert traffic.requests()["served_by"]["azure"]["good"] > 0, "clients used Azure before the way back"
    assert pilot.decide("finalize", "reject", reason="customers complain").status_code == 202
    status = pilot.until("failed-back")
    steps = {line["name"]: line for line in status["steps"]}
    assert steps["verify_state"]["undo"]["evidence"]["written_back"] > 0
    assert status["weight"] == 0
    before, after = proofs.fingerprints(pilot)
    assert before == after


def test_a_crash_in_the_middle_loses_nothing_and_it_migrates(
    ready: Stage, traffic: Traffic, folder: Path, planted: Canaries
) -> None:
    pilot = Pilot(ready, "crashed", {"notices": NOTICES})
    pilot.start().raise_for_status()
    pilot.pass_gates("open-window")
    pilot.until("quiesce_source")
    ready.agent.kill()
    port = int(ready.agent_url.rsplit(":", 1)[1])
    with agent_child(folder, ready.variables, Path.cwd(), port) as agent:
        agent.wait_until(f"{ready.agent_url}/admin/host/status")
        pilot.pass_gates("cutover", "finalize")
        status = pilot.until("migrated")
        proofs.manual_is_what_ran(pilot, status)
        proofs.source_is_dormant()
        proofs.orders_are_kept(traffic)
        assert any("Lena Lead" in card for card in planted.got), "cards with signed links are among what is looked at"
        proofs.no_secret_shows(ready, pilot, folder, planted)
