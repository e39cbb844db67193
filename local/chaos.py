"""Chaos: one migration under traffic while its host, its ledger and its path to AWS fail at moments that a seed chooses.

Lives here: the blows, the person at the gates, the order of events. Never here: what counts as unsafe (`aftermath.py`).

Variables: SEED (repeats the blows), ROUNDS (how many), STRATEGY, RATE (requests a second), ORDERS (rows of existing state).
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from local.aftermath import Aftermath, look, markdown
from local.demo import say, warm_up
from local.line import Line
from local.processes import ROOT, Child
from local.stage import AGENT, Stage, agent_child, stage
from local.traffic.generator import Traffic

FOLDER = ROOT / "build" / "chaos"
RUN = "chaos"
PERSON = "Lena Lead"
PACE = {"POLL": "300ms", "QUEUE_SETTLE": "500ms", "BAKE": "3s", "WINDOW": "30m", "RETRY_DELAY": "500ms", "LOST_AFTER": "2s"}
KINDS = ("kill the agent", "lose the task hub", "stop Azurite", "cut the path to AWS", "cut the path to the ledger")
HELD = {"open-window": 0.25, "cutover": 0.6, "finalize": 1.0}
"""The share of the blows that falls before a gate is opened, the rest after it: every part of the migration gets its own."""
ENDED = {"migrated", "failed-back"}
LONGEST_SECONDS = 900.0
Json = dict[str, Any]


@dataclass(frozen=True)
class Blow:
    """What fails, how many seconds after the one before, and for how many seconds."""

    pause: float
    kind: str
    lasts: float


def blows(seed: int, rounds: int) -> list[Blow]:
    """The same for the same seed; every kind comes before one comes twice."""
    dice = random.Random(seed)  # noqa: S311 - not a secret
    kinds: list[str] = []
    while len(kinds) < rounds:
        kinds += dice.sample(KINDS, len(KINDS))
    return [Blow(round(dice.uniform(1.0, 9.0), 1), kind, round(dice.uniform(0.5, 6.0), 1)) for kind in kinds[:rounds]]


class Scene:
    """The stage, an agent behind paths that can be cut, and what becomes of its run."""

    def __init__(self, ready: Stage, aws: Line, ledger: Line) -> None:
        self._ready, self._aws, self._ledger = ready, aws, ledger
        own = {"AWS_ENDPOINT_URL": aws.url, "DAYZERO_LEDGER_TABLES": ledger.url, "DAYZERO_WATCHDOG": "*/2 * * * * *"}
        port = int(ready.agent_url.rsplit(":", 1)[1])
        self._agent: Child = agent_child(FOLDER, ready.variables | own, AGENT, port)
        self.asked_a_person = 0
        self.shut: set[str] = set()
        """Gates that nobody has opened yet."""

    def start_agent(self) -> None:
        """Start it, or start it again."""
        self._agent.start().wait_until(f"{self._ready.agent_url}/admin/host/status", timeout=60)

    def stop_agent(self) -> None:
        """End it for good."""
        self._agent.stop()

    def strike(self, blow: Blow) -> None:
        """Let it fail, and bring it back."""
        match blow.kind:
            case "kill the agent" | "lose the task hub":
                self._agent.kill()
                time.sleep(blow.lasts)
                if blow.kind == "lose the task hub":
                    for file in (FOLDER / "agent").glob("durable.sqlite*"):
                        file.unlink()
                self.start_agent()
            case "stop Azurite":
                self._ready.environment.restart_azurite(outage=blow.lasts)
            case _:
                line = self._aws if blow.kind.endswith("AWS") else self._ledger
                line.cut()
                time.sleep(blow.lasts)
                line.restore()

    def start_run(self) -> None:
        """Ask for the migration."""
        cli = [sys.executable, "-m", "cli", "start", "examples/orders/plan.yaml", "--run", RUN]
        env = os.environ | self._ready.variables | {"DAYZERO_URL": self._ready.agent_url, "DAYZERO_KEY": self._ready.key}
        subprocess.run(cli, env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    def attend(self, fallen: float) -> str:
        """What a person does now and then: approve the gate that waits, retry what asks for a person; the run's state.

        Args:
            fallen: share of the blows that have fallen.
        """
        try:
            with self._ready.doors() as doors:
                status = doors.get(f"migrations/{RUN}").raise_for_status().json()
                self.shut = {it["name"] for it in status["steps"] if it["kind"] == "gate" and it["state"] != "done"}
                gate = (status["waiting_for"] or {}).get("gate")
                if status["state"] == "needs-operator":
                    self.asked_a_person += 1
                    doors.post(f"migrations/{RUN}/retry", json={"by": PERSON, "reason": "everything answers again"})
                elif gate and fallen >= HELD.get(gate, 0.0):
                    body = {"decision": "approve", "by": PERSON, "reason": "", "runbook_hash": status["runbook_hash"]}
                    doors.post(f"migrations/{RUN}/approvals/{gate}", json=body)
                return str(status["state"])
        except httpx.HTTPError:  # the agent or its ledger is away
            return "unknown"


def endure(scene: Scene, planned: list[Blow]) -> None:
    """The run and its blows, until it has ended."""
    deadline, state = time.monotonic() + LONGEST_SECONDS, "unknown"
    for number, blow in enumerate(planned):
        fallen, due = number / len(planned), time.monotonic() + blow.pause
        before = {gate for gate, share in HELD.items() if share <= fallen}
        while state not in ENDED and (time.monotonic() < due or before & scene.shut) and time.monotonic() < deadline:
            state = scene.attend(fallen)
            time.sleep(0.3)
        if state in ENDED:
            return
        say(f"  {state:14} {blow.kind} for {blow.lasts} s")
        scene.strike(blow)
    while state not in ENDED and time.monotonic() < deadline:
        state = scene.attend(1.0)
        time.sleep(0.5)


def main() -> int:
    """Run it; 0 when the end is safe and nothing was lost."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10_000))
    rounds, rate = int(os.environ.get("ROUNDS") or 8), float(os.environ.get("RATE") or 8)
    strategy, orders = os.environ.get("STRATEGY") or "planned-downtime", int(os.environ.get("ORDERS") or 60)
    shutil.rmtree(FOLDER, ignore_errors=True)
    planned = blows(seed, rounds)
    say(f"SEED={seed} ROUNDS={rounds} STRATEGY={strategy}: setting the stage ...")
    with ExitStack() as stack:
        ready = stack.enter_context(stage(FOLDER, orders=orders, pace=PACE | {"STRATEGY": strategy}))
        ready.agent.stop()
        warm_up(ready)
        aws = stack.enter_context(Line(ready.variables["AWS_ENDPOINT_URL"]))
        ledger = stack.enter_context(Line(ready.variables["DAYZERO_LEDGER_TABLES"]))
        scene = Scene(ready, aws, ledger)
        traffic = Traffic(ready.edge_url, rate=rate, ramp=3.0, max_seconds=2 * LONGEST_SECONDS)
        traffic.adopt(ready.seeded)
        scene.start_agent()
        stack.callback(scene.stop_agent)
        with traffic:
            time.sleep(3.0)
            scene.start_run()
            endure(scene, planned)
            time.sleep(2.0)  # clients go on for a moment after the end
        traffic.audit(settle_seconds=60.0)
        found = look(ready, traffic, RUN, scene.asked_a_person)
    write(FOLDER, {"seed": seed, "rounds": rounds, "strategy": strategy, "blows": [vars(one) for one in planned]}, found)
    return 1 if found.unsafe_ends or found.orders_lost else 0


def write(folder: Path, told: Json, found: Aftermath) -> None:
    """Keep the figures, and show them."""
    (folder / "report.json").write_text(json.dumps(told | vars(found), indent=2) + "\n")
    say(markdown(found))


if __name__ == "__main__":
    sys.exit(main())
