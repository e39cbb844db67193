"""What a run survives: the loss of its task hub, of the agent, of the path to AWS and to the ledger; break-glass in between.

One stage under traffic; the tests follow each other: each begins where the one before left the workload.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from local.demo import warm_up
from local.line import Line
from local.processes import ROOT, Child
from local.stage import AGENT, Stage, agent_child, stage
from local.traffic.generator import Traffic
from tests.e2e import proofs
from tests.e2e.pilot import Json, Pilot

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(420)]
WATCHFUL = {"DAYZERO_WATCHDOG": "* * * * * *"}
BY = ("--by", "Lena Lead")


class Watched(Pilot):
    """One run, and what was noted of it."""

    def events(self, kind: str) -> list[Json]:
        return [event for event in self.get("/events")["events"] if event["kind"] == kind]


@pytest.fixture(scope="module")
def ready(folder: Path) -> Iterator[Stage]:
    with stage(folder, orders=80, pace={"POLL": "200ms", "QUEUE_SETTLE": "500ms", "BAKE": "2s", "LOST_AFTER": "1s"}) as started:
        warm_up(started)
        started.agent.stop()  # each test has one of its own
        yield started


@pytest.fixture(scope="module")
def traffic(ready: Stage) -> Iterator[Traffic]:
    clients = Traffic(ready.edge_url, rate=6, ramp=2.0, max_seconds=900)
    clients.adopt(ready.seeded)
    with clients:
        yield clients


@contextmanager
def agent(ready: Stage, folder: Path, **variables: str) -> Iterator[Child]:
    port = int(ready.agent_url.rsplit(":", 1)[1])
    with agent_child(folder, ready.variables | WATCHFUL | variables, AGENT, port) as child:
        child.wait_until(f"{ready.agent_url}/admin/host/status")
        yield child


def failback(ready: Stage, *words: str) -> subprocess.Popen[str]:
    """The command, on a machine that has no agent to ask."""
    command = [sys.executable, "-m", "cli", "failback", "--from-ledger", *words, *BY]
    return subprocess.Popen(command, env=os.environ | ready.variables, cwd=ROOT, text=True, stdout=subprocess.PIPE)


def until(look: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, f"never {what}"
        time.sleep(0.1)


def test_a_lost_task_hub_does_not_stop_a_run(ready: Stage, traffic: Traffic, folder: Path) -> None:
    pilot = Watched(ready, "lost")
    with agent(ready, folder) as child:
        pilot.start().raise_for_status()
        pilot.pass_gates("open-window")
        pilot.until("quiesce_source")
        child.kill()
    hub = list((folder / "agent").glob("durable.sqlite*"))
    assert hub, "the task hub is where it is thought to be"
    for file in hub:
        file.unlink()
    with agent(ready, folder) as child:
        pilot.until("cutover")
        said = pilot.events("watchdog")
        assert len(said) == 1
        assert "goes on from the ledger" in said[0]["text"]
        child.kill()  # and now the agent is gone for good


def test_without_an_agent_the_ledger_brings_the_workload_back(ready: Stage, traffic: Traffic, folder: Path) -> None:
    refused = failback(ready, "lost")
    assert refused.wait(60) == 1, "its orchestration may be alive"
    shown, _ = failback(ready, "lost", "--dry-run").communicate(timeout=60)
    promised = [line.split()[1] for line in shown.splitlines() if line[:4].strip().isdigit()]
    assert promised[0] == "validate_target"
    assert promised[-1] == "confirm_prerequisites"
    first = failback(ready, "lost", "--force", "--reason", "the agent is gone")
    assert first.stdout
    undone = next((line for line in first.stdout if line.endswith(": undone\n")), "")
    first.kill()
    first.wait()
    told, _ = failback(ready, "lost", "--reason", "the first attempt was killed").communicate(timeout=120)
    assert undone, "it was killed in the middle"
    assert "ended failed-back" in told
    answer = httpx.get(f"{ready.edge_url}/orders?limit=1", trust_env=False, timeout=30)
    assert (answer.status_code, answer.headers["x-served-by"]) == (200, "aws")


def test_an_agent_that_comes_back_leaves_it_alone(ready: Stage, traffic: Traffic, folder: Path) -> None:
    pilot = Watched(ready, "lost")
    with agent(ready, folder):
        status = pilot.get()
        assert status["state"] == "failed-back"
        before, after = proofs.fingerprints(pilot)
        assert before == after
        assert [event["who"] for event in pilot.events("break-glass")] == ["Lena Lead"] * 2
        assert pilot.decide("cutover").status_code == 409
        assert pilot.post("migrations/lost/abort", {"by": "Lena Lead", "reason": "late"}).status_code == 409
        time.sleep(2.5)  # two rounds of the watchdog
        assert (pilot.get()["state"], len(pilot.events("watchdog"))) == ("failed-back", 1)


def test_cut_paths_are_waited_for_and_it_migrates(ready: Stage, traffic: Traffic, folder: Path) -> None:
    pilot, own = Watched(ready, "cut"), ready.variables
    with Line(own["AWS_ENDPOINT_URL"]) as aws, Line(own["DAYZERO_LEDGER_TABLES"]) as ledger:  # noqa: SIM117
        with agent(ready, folder, AWS_ENDPOINT_URL=aws.url, DAYZERO_LEDGER_TABLES=ledger.url):
            pilot.start().raise_for_status()
            pilot.pass_gates("open-window")
            pilot.until("quiesce_source")
            aws.cut()
            until(lambda: "another try after" in str(pilot.get()["waiting_for"]), "said that AWS is waited for")
            aws.restore()
            pilot.until("cutover")
            ledger.cut()
            refused = pilot.post("migrations/cut/pause", {"by": "Lena Lead", "reason": ""})
            assert (refused.status_code, refused.json()["title"]) == (503, "Ledger unreachable")
            ledger.restore()
            pilot.pass_gates("cutover")
            pilot.until("verify_traffic")
            ready.environment.restart_azurite()
            pilot.pass_gates("finalize")
            pilot.until("migrated")
            proofs.source_is_dormant()
            proofs.orders_are_kept(traffic)
