"""One environment of the rehearsals: cells one after the other under live traffic, each looked at from outside.

Lives here: what is measured and checked. Never here: which failures there are (the agent says), the papers.

Usage: `python -m local.rehearsal_stage NUMBER OF FOLDER SECONDS [STRATEGY ...]`; writes FOLDER/result.json after each cell.
"""

import json
import os
import subprocess
import sys
import time
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import boto3

from local.demo import say, warm_up
from local.failback import probe
from local.leftovers import leftovers
from local.processes import ROOT
from local.stage import Stage, stage
from local.summary import failures_outside, order_problems, summarize
from local.traffic.generator import Traffic

Json = dict[str, Any]
PLAN = "examples/orders/plan.yaml"
STRATEGIES = ("planned-downtime", "minimized-downtime", "zero-downtime")
PACE = {
    **{"POLL": "200ms", "RETRY_DELAY": "100ms", "ATTEMPTS": "2", "QUEUE_SETTLE": "500ms", "BAKE": "1s", "WINDOW": "10m"},
    **{"STEP_TIMEOUT": "20s", "OUTAGE": "1s", "SHARDS": "2", "SYNC": "1s", "RAMP_BAKE": "2s", "QUIET": "2s", "WATCH": "2s"},
    **{"DNS_TTL": "1s", "DNS_SETTLE": "500ms", "REHEARSAL_ACCOUNT": "000000000000"},
    "DAYZERO_WORLD_WRAPPER": "rehearsal.faults:wrap",
}
PATIENCE = 150.0
"""Seconds after which a rehearsal is aborted."""
ENDING = 75.0
"""Seconds kept for the audit of orders and the end of the environment."""
LONG = 60.0
"""Seconds that a cell may take; none is begun when fewer are left."""


class Rehearsals:
    """Cells on one stage; each begins where the one before left the workload: on AWS, as it was."""

    def __init__(self, ready: Stage, traffic: Traffic, folder: Path, number: int) -> None:
        self._ready, self._traffic, self._folder, self._number = ready, traffic, folder, number
        self._windows: list[Json] = []
        self.done: list[Json] = []

    def cells(self, strategies: tuple[str, ...]) -> list[Json]:
        """All cells in their order, strategies in turn."""
        lists = []
        for strategy in strategies:
            report = json.loads(self._cli("confidence", PLAN, "--var", f"STRATEGY={strategy}", "--json"))
            lists.append([{"strategy": strategy, "step": it["step"], "mode": it["mode"]} for it in report["cells"]])
        return [cell for cell in chain.from_iterable(zip_longest(*lists)) if cell is not None]

    def rehearse(self, cell: Json) -> Json:
        """One cell; `problems` are promises that were not kept."""
        began, outside = time.monotonic(), self._outside()
        run = f"r{self._number}-{len(self.done):03d}-{cell['step'].replace('_', '-')}-{cell['mode']}"[:64].rstrip("-")
        words = ["rehearse", PLAN, "--strategy", cell["strategy"], "--step", cell["step"], "--mode", cell["mode"], "--run", run]
        printed = self._cli(*words, "--interval", "0.3", "--patience", str(PATIENCE), "--by", "Lena Lead", "--json")
        lines = [line for line in printed.splitlines() if line.startswith('{"run"')]
        if not lines:
            found = {
                **cell,
                "run": run,
                "outcome": None,
                "problems": [f"no result: {printed[-500:]}"],
                "struck": None,
                "right": False,
            }
            return self._keep(found | {"seconds": round(time.monotonic() - began, 1), "seconds_to_safety": None})
        found = json.loads(lines[-1])
        report = summarize(self._ready, self._traffic, run)
        if report["window"]:
            self._windows.append(report["window"])
        problems = [] if found["state"] == "failed-back" else [f"the run ended {found['state']}: {found['why'][:300]}"]
        if found["fingerprint_equal"] is False:
            problems.append("the source is not as it was")
        if found["leftovers"]:
            problems.append(f"not undone: {', '.join(found['leftovers'])}")
        if report["weight"]:
            problems.append(f"{report['weight']} % of clients are sent to Azure")
        served = probe(self._ready.edge_url)
        if served != {"aws"}:
            problems.append(f"a probe was answered by {', '.join(sorted(served))}")
        problems += [f"left on Azure: {what}" for what in leftovers(self._ready)]
        if stray := self._outside() - outside:
            problems.append(f"{stray} requests failed outside the window")
        return self._keep(found | {"seconds": round(time.monotonic() - began, 1), "problems": problems})

    def _keep(self, found: Json) -> Json:
        self.done.append(found)
        return found

    def _outside(self) -> int:
        return failures_outside(self._traffic.requests()["failures"], self._windows)

    def _cli(self, *words: str) -> str:
        variables = self._ready.variables
        env = os.environ | variables | {"REHEARSAL_SUBSCRIPTION": variables["AZURE_SUBSCRIPTION_ID"]}
        env |= {"DAYZERO_URL": self._ready.agent_url, "DAYZERO_KEY": self._ready.key}
        command = [sys.executable, "-m", "cli", *words]
        done = subprocess.run(command, env=env, cwd=ROOT, check=False, text=True, capture_output=True)
        with (self._folder / "cli.log").open("a") as log:
            log.write(f"{' '.join(words)}\n{done.stdout}{done.stderr}")
        return done.stdout or done.stderr


def secrets_shown(folder: Path, agent_key: str) -> list[str]:
    """Files that hold the workload's secret, or logs that hold the agent's key; what the emulated AWS keeps is left out."""
    secret = boto3.client("secretsmanager").get_secret_value(SecretId="orders/signing-key")["SecretString"].encode()
    kept = [path for path in folder.rglob("*") if path.is_file() and not {"ministack", "arm"} & set(path.parts)]
    shown = [path for path in kept if secret in path.read_bytes()]
    shown += [path for path in kept if path.suffix == ".log" and agent_key.encode() in path.read_bytes()]
    return [str(path.relative_to(folder)) for path in shown]


def main() -> int:
    """Rehearse for as long as there is time; always 0: the result file says what came of it."""
    number, of, folder, seconds = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4])
    until, strategies = time.monotonic() + seconds - ENDING, tuple(sys.argv[5:]) or STRATEGIES
    folder.mkdir(parents=True, exist_ok=True)
    with stage(folder, orders=30, pace=PACE) as ready:
        warm_up(ready)
        traffic = Traffic(ready.edge_url, rate=float(os.environ.get("RATE") or 4), ramp=2.0, max_seconds=7200)
        traffic.adopt(ready.seeded)
        rehearsals = Rehearsals(ready, traffic, folder, number)
        mine = rehearsals.cells(strategies)[number::of]
        result: Json = {"planned": mine, "finished": False}
        with traffic:
            time.sleep(3.0)
            for cell in mine:
                if time.monotonic() > until - LONG:
                    break
                found = rehearsals.rehearse(cell)
                say(told(found))
                write(folder, result | {"cells": rehearsals.done})
                if found["outcome"] is None or found["state"] not in {"failed-back"}:
                    say("This environment is not as it was: no further cell is begun on it.")
                    break
        traffic.audit(settle_seconds=30.0)
        figures = traffic.report()
        shown = secrets_shown(folder, ready.key)
    lost = order_problems(figures["orders"])
    write(folder, result | {"cells": rehearsals.done, **figures, "lost": lost, "secrets_shown": shown, "finished": True})
    return 0


def told(found: Json) -> str:
    """A cell in a line."""
    kept = "; ".join(found["problems"]) or (
        "safe" if found["right"] else f"safe, but expected {' or '.join(found['expected'])}"
    )
    struck = "" if found["struck"] else " (struck nothing)"
    return f"{found['strategy']} {found['step']} {found['mode']}: {found['outcome']}{struck} in {found['seconds']} s; {kept}"


def write(folder: Path, result: Json) -> None:
    """Keep what is known so far."""
    (folder / "result.json").write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
