"""The demo: a live workload moves from emulated AWS to a local Azure under traffic, and a report proves what became of it.

Lives here: the order of events and the exit status. Variables: STRATEGY, RATE, ORDERS, INTERACTIVE (1, teams), and to go back
FAIL_AT (a step), ABORT_AT (a weight or a rung), or FAULT (errors or latency of Azure, at the weight FAULT_AT).
"""

import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import httpx

from local.interference import Interference
from local.processes import ROOT
from local.stage import AGENT, Ground, Stage, stage
from local.summary import problems, summarize, told
from local.traffic.firings import EVERY_TWO_MINUTES, counted, names
from local.traffic.generator import Traffic
from local.war_room import LENA, PETRA, WarRoom

FOLDER = ROOT / "build" / "demo"
RUN = "demo"
WARM_UP_SECONDS = 5.0
ENDED = {"migrated", "failed-back", "needs-operator"}


def main() -> int:
    """Run the demo; 0 when the outcome is the expected one and nothing was lost."""
    strategy, fail_at = os.environ.get("STRATEGY") or "zero-downtime", os.environ.get("FAIL_AT") or ""
    fault, abort_at = os.environ.get("FAULT") or "", os.environ.get("ABORT_AT") or ""
    interactive = os.environ.get("INTERACTIVE") or ""
    rate, orders = float(os.environ.get("RATE") or 50), int(os.environ.get("ORDERS") or 200)
    app = ROOT / "local" / "faulty" if fail_at else AGENT
    began = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)  # a demo that was killed left a history that the next agent would go on with
    say(f"Setting the stage: MiniStack, Azurite, Resource Manager, the sample with {orders} orders, clients, the agent ...")
    pace = {"STRATEGY": strategy, "FAIL_AT": fail_at}
    pace |= {"SCHEDULE": EVERY_TWO_MINUTES["AWS"], "NIGHTLY_SCHEDULE": EVERY_TWO_MINUTES["AZURE"]}
    room = WarRoom(FOLDER, answers=not interactive)
    with stage(FOLDER, orders=orders, app=app, pace=pace, settings=room.settings) as ready, room.join(ready.agent_url):
        say(f"Ready after {time.monotonic() - began:.0f} s. Clients send {rate:.0f} requests a second to {ready.edge_url}.")
        say(f"Cards go to {room.url}" + (", where you can answer them." if interactive == "teams" else "."))
        sign(ready, plan := room.plan())
        warm_up(ready)
        traffic = Traffic(ready.edge_url, rate=rate, ramp=3.0, max_seconds=1200)
        traffic.adopt(ready.seeded)
        place = abort_at or os.environ.get("FAULT_AT") or "25"
        trouble = Interference(ready, RUN, fault=fault, abort=bool(abort_at), place=place)
        with traffic, trouble:
            time.sleep(WARM_UP_SECONDS)
            migrate(ready, plan, interactive)
            time.sleep(3.0)  # clients go on for a moment: the report covers the time after the end, too
        traffic.audit(settle_seconds=60.0)
        report = summarize(ready, traffic, RUN) | {
            "schedule": schedule(ready, traffic.requests()),
            "notices": heard(ready, room),
        }
        documents(ready)
    (FOLDER / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    expected = "failed-back" if fail_at or fault or abort_at else "migrated"
    found = problems(report, expected, trouble.windows)
    if fail_at and not report["why"].startswith(f"{fail_at} failed"):
        found.append(f"the run went back for another reason than {fail_at}: {report['why']}")
    say(told(report, found, FOLDER))
    return 1 if found else 0


def _measured() -> None:
    """Invoke the API's function by Lambda's own door: MiniStack measures how long functions run there, and nowhere else."""
    boto3.client("lambda").invoke(FunctionName="orders-api", Payload=json.dumps({"routeKey": "GET /health"}))


def warm_up(ready: Ground, seconds: float = 120.0) -> None:
    """Ask until eight requests at once are answered within a second: cold starts are not what the demo measures."""
    deadline = time.monotonic() + seconds
    with httpx.Client(base_url=ready.edge_url, timeout=30, trust_env=False) as client, ThreadPoolExecutor(8) as clients:
        while time.monotonic() < deadline:
            began = time.monotonic()
            statuses = list(clients.map(lambda _: client.get("/orders?limit=1").status_code, range(8)))
            if set(statuses) == {httpx.codes.OK} and time.monotonic() - began < 1.0:
                _measured()
                return
    raise RuntimeError(f"the workload on AWS does not answer well within {seconds:.0f} s; see {FOLDER}/environment")


def sign(ready: Stage, plan: Path) -> None:
    """Sign the plan's runbook off before the day, as Petra would."""
    seen = json.loads(dayzero(ready, "validate", str(plan), "--remote", "--json", check=True, capture=True).stdout)
    dayzero(ready, "sign-off", str(plan), "--hash", seen["runbook_hash"], "--by", PETRA, check=True)


def migrate(ready: Stage, plan: Path, interactive: str) -> None:
    """Start the migration as a person would, and stay until it has ended."""
    asked = {"": ["--yes", "open-window"], "teams": []}.get(interactive, ["--ask"])
    dayzero(ready, "start", str(plan), "--run", RUN, "--watch", "--interval", "0.5", "--by", LENA, *asked)
    (FOLDER / "status.json").write_text(json.dumps(wait_for_end(ready, RUN)))


def dayzero(ready: Stage, *words: str, check: bool = False, capture: bool = False) -> subprocess.CompletedProcess[bytes]:
    """The command, with the agent's address and key."""
    env = os.environ | ready.variables | {"DAYZERO_URL": ready.agent_url, "DAYZERO_KEY": ready.key}
    return subprocess.run([sys.executable, "-m", "cli", *words], env=env, cwd=ROOT, check=check, capture_output=capture)


def wait_for_end(ready: Stage, run: str, seconds: float = 600.0) -> dict[str, Any]:
    """The status once the run has ended."""
    deadline = time.monotonic() + seconds
    with ready.doors() as doors:
        while True:
            status: dict[str, Any] = doors.get(f"migrations/{run}").raise_for_status().json()
            if status["state"] in ENDED or time.monotonic() > deadline:
                return status
            time.sleep(0.5)


def schedule(ready: Stage, requests: dict[str, Any]) -> dict[str, int]:
    """Firings of the schedule while clients were there."""
    found = names(ready.outputs["bucket"], ready.variables["TARGET_BLOBS"])
    return counted(found, requests["started"], requests["stopped"])


def heard(ready: Stage, room: WarRoom) -> dict[str, Any]:
    """What the people were told, and how they decided."""
    with ready.doors() as doors:
        return room.told(doors.get(f"migrations/{RUN}/events").raise_for_status().json()["events"])


def documents(ready: Stage) -> None:
    """Keep manual and report of the run beside the figures."""
    with ready.doors() as doors:
        for name in ("manual", "report"):
            answer = doors.get(f"migrations/{RUN}/{name}")
            if answer.status_code == httpx.codes.OK:
                (FOLDER / f"{name}.md").write_text(answer.text)


def say(text: str) -> None:
    """A line for the person who watches."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
