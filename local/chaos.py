"""Chaos: one migration under traffic while its host, its storage and its network paths fail at moments that a seed chooses.

Lives here: the person at the gates, the order of events. Never here: the blows (`blows.py`), what counts as unsafe
(`aftermath.py`).

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
from pathlib import Path
from typing import Any

import httpx

from local.aftermath import Aftermath, look, markdown
from local.blows import Blow, Paths, Striker, blows
from local.demo import say, warm_up
from local.processes import ROOT
from local.stage import AGENT, Stage, agent_child, stage
from local.traffic.generator import Traffic

FOLDER = ROOT / "build" / "chaos"
RUN = "chaos"
PERSON = "Lena Lead"
PACE = {"POLL": "300ms", "QUEUE_SETTLE": "500ms", "BAKE": "3s", "WINDOW": "30m", "RETRY_DELAY": "500ms", "LOST_AFTER": "2s"}
HELD = {"open-window": 0.25, "cutover": 0.6, "finalize": 1.0}
"""The share of the blows that falls before a gate is opened, the rest after it: every part of the migration gets its own."""
ENDED = {"migrated", "failed-back"}
LONGEST_SECONDS = 900.0
GIVEN_BACK_SECONDS = 660.0
"""A message that a host had taken when it or storage went away is given back by its queue after ten minutes, as in Azure."""
Json = dict[str, Any]


class Scene:
    """A run, the person who attends to it, and what became of it."""

    def __init__(self, ready: Stage, variables: dict[str, str]) -> None:
        self._ready, self._variables = ready, variables
        self.asked_a_person = 0
        self.promoted = 0
        self.shut: set[str] = set()
        """Gates that nobody has opened yet."""

    def start_run(self) -> None:
        """Ask for the migration."""
        cli = [sys.executable, "-m", "cli", "start", "examples/orders/plan.yaml", "--run", RUN]
        env = os.environ | self._variables | {"DAYZERO_URL": self._ready.agent_url, "DAYZERO_KEY": self._ready.key}
        subprocess.run(cli, env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    def attend(self, fallen: float) -> str:
        """What a person does now and then: approve the gate that waits, retry or promote what asks for him; the run's state.

        Args:
            fallen: share of the blows that have fallen.
        """
        try:
            with self._ready.doors() as doors:
                status = doors.get(f"migrations/{RUN}").raise_for_status().json()
                self.shut = {it["name"] for it in status["steps"] if it["kind"] == "gate" and it["state"] != "done"}
                waiting = status["waiting_for"] or {"gate": None, "what": ""}
                gate, word = waiting["gate"], {"by": PERSON, "reason": "everything answers again"}
                if status["state"] == "needs-operator":
                    self.asked_a_person += 1
                    doors.post(f"migrations/{RUN}/retry", json=word)
                elif status["promotable"] and waiting["what"].startswith("a person"):
                    self.promoted += 1
                    doors.post(f"migrations/{RUN}/promote", json=word)
                elif gate and fallen >= HELD.get(gate, 0.0):
                    body = {"decision": "approve", "by": PERSON, "reason": "", "runbook_hash": status["runbook_hash"]}
                    doors.post(f"migrations/{RUN}/approvals/{gate}", json=body)
                return str(status["state"])
        except httpx.HTTPError:  # the agent or its ledger is away
            return "unknown"


def endure(scene: Scene, striker: Striker, planned: list[Blow]) -> int:
    """The run and its blows, until it has ended; how many blows fell."""
    deadline, state = time.monotonic() + LONGEST_SECONDS, "unknown"
    for number, blow in enumerate(planned):
        fallen, due = number / len(planned), time.monotonic() + blow.pause
        before = {gate for gate, share in HELD.items() if share <= fallen}
        while state not in ENDED and (time.monotonic() < due or before & scene.shut) and time.monotonic() < deadline:
            state = scene.attend(fallen)
            time.sleep(0.3)
        if state in ENDED:
            return number
        say(f"  {state:14} {blow.kind} for {blow.lasts} s")
        striker.strike(blow)
    while state not in ENDED and time.monotonic() < deadline:
        state = scene.attend(1.0)
        time.sleep(0.5)
    return len(planned)


def main() -> int:
    """Run it; 0 when the end is safe and nothing was lost."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10_000))
    rounds, rate = int(os.environ.get("ROUNDS") or 11), float(os.environ.get("RATE") or 8)
    strategy, orders = os.environ.get("STRATEGY") or "planned-downtime", int(os.environ.get("ORDERS") or 60)
    shutil.rmtree(FOLDER, ignore_errors=True)
    planned, began = blows(seed, rounds), time.monotonic()
    say(f"SEED={seed} ROUNDS={rounds} STRATEGY={strategy}: setting the stage ...")
    with ExitStack() as stack:
        ready = stack.enter_context(stage(FOLDER, orders=orders, pace=PACE | {"STRATEGY": strategy}, keeping="durably"))
        ready.agent.stop()
        warm_up(ready)
        paths = stack.enter_context(Paths(ready.variables))
        variables = ready.variables | paths.variables
        agent = agent_child(FOLDER, variables | {"DAYZERO_WATCHDOG": "*/2 * * * * *"}, AGENT, _port(ready.agent_url))
        stack.callback(agent.stop)
        striker = Striker(agent, FOLDER / "agent", ready.agent_url, ready.environment, paths)
        scene = Scene(ready, variables)
        traffic = Traffic(ready.edge_url, rate=rate, ramp=3.0, max_seconds=2 * LONGEST_SECONDS)
        traffic.adopt(ready.seeded)
        striker.start_agent()
        with traffic:
            time.sleep(3.0)
            scene.start_run()
            fell = endure(scene, striker, planned)
            time.sleep(2.0)  # clients go on for a moment after the end
        traffic.audit(settle_seconds=GIVEN_BACK_SECONDS)
        found = look(ready, traffic, RUN, scene.asked_a_person)
    told = {"seed": seed, "rounds": rounds, "strategy": strategy, "blows": [vars(one) for one in planned], "fell": fell}
    told |= {"resets": paths.resets, "promoted": scene.promoted, "seconds": round(time.monotonic() - began)}
    write(FOLDER, told, found)
    return 1 if found.unsafe_ends or found.orders_lost else 0


def _port(url: str) -> int:
    return int(url.rsplit(":", 1)[1])


def write(folder: Path, told: Json, found: Aftermath) -> None:
    """Keep the figures, and show them."""
    (folder / "report.json").write_text(json.dumps(told | vars(found), indent=2) + "\n")
    figures = ", ".join(f"{told[name]} {name}" for name in ("fell", "resets", "promoted", "seconds"))
    say(f"{markdown(found)}\n{figures}")


if __name__ == "__main__":
    sys.exit(main())
