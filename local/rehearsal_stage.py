"""One environment of the rehearsals: runs one after the other under live traffic, each looked at from outside.

Lives here: what is measured and checked. Never here: which failures there are (the agent says), which are chosen, the papers.

Usage: `python -m local.rehearsal_stage NUMBER FOLDER SECONDS [STRATEGY ...]`; writes FOLDER/NUMBER/result.json after each run.
Variables: RATE (requests a second), MATRIX=whole.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3

from local.demo import say, warm_up
from local.failback import probe
from local.leftovers import leftovers
from local.processes import ROOT
from local.rehearsal_plan import STRATEGIES, Planned, history, last_ones, planned, take
from local.stage import Stage, stage
from local.summary import failures_outside, order_problems, summarize
from local.traffic.generator import Traffic

Json = dict[str, Any]
PLAN = "examples/orders/plan.yaml"
PACE = {  # environments share a small machine
    **{"POLL": "150ms", "RETRY_DELAY": "50ms", "ATTEMPTS": "2", "QUEUE_SETTLE": "300ms", "BAKE": "500ms", "WINDOW": "10m"},
    **{"STEP_TIMEOUT": "30s", "OUTAGE": "1s", "SHARDS": "2", "SYNC": "1s", "RAMP_BAKE": "1s", "QUIET": "1s", "WATCH": "1s"},
    **{"FIRING_MARGIN": "10s", "DNS_TTL": "1s", "DNS_SETTLE": "300ms", "REHEARSAL_ACCOUNT": "000000000000"},
    **{"LOOK": "500ms", "LATENCY_SLACK": "2s", "DAYZERO_WORLD_WRAPPER": "rehearsal.faults:wrap"},
}
TRIES = "9"
"""Tries of a step in a run that meets several failures at each."""
HELD = "6"
"""Seconds for which a gate may be held: more than a cloud that is only throttled for a moment holds it."""
LONGEST_REQUEST = 4
"""Seconds after which the sample's API gives a request up: for so long a source that was closed is waited for."""
PATIENCE, PATIENCE_TOGETHER = 150.0, 450.0
"""Seconds after which a rehearsal is aborted, with one failure or with many."""
ENDING = 60.0
"""Seconds kept for the audit of orders and the end of the environment."""
LONG, TOGETHER = 60.0, 240.0
"""Seconds that a run may take, with one failure or with many; none is begun when fewer are left."""


class Rehearsals:
    """Runs on one stage; each begins where the one before left the workload: on AWS, as it was."""

    def __init__(self, ready: Stage, traffic: Traffic, folder: Path, number: int) -> None:
        self._ready, self._traffic, self._folder, self._number = ready, traffic, folder, number
        self._windows: list[Json] = []
        self.done: list[Json] = []

    def cells(self, strategy: str) -> list[Json]:
        """All cells of a strategy, as the agent lists them."""
        return list(json.loads(self._cli("confidence", PLAN, "--var", f"STRATEGY={strategy}", "--json"))["cells"])

    def rehearse(self, one: Planned) -> Json:
        """One run; `problems` are promises that were not kept."""
        began, outside = time.monotonic(), self._outside()
        run = f"r{self._number}-{len(self.done):03d}-{one.name.replace('_', '-')}"[:64].rstrip("-")
        words = ["rehearse", PLAN, "--strategy", one.strategy, *one.words, "--run", run, "--interval", "0.3"]
        many = len(one.cells) > 1
        words += ["--var", f"ATTEMPTS={TRIES}"] if many else ["--held", HELD]
        printed = self._cli(*words, "--patience", str(PATIENCE_TOGETHER if many else PATIENCE), "--by", "Lena Lead", "--json")
        cells = [json.loads(line) for line in printed.splitlines() if line.startswith('{"run"')]
        problems = self._problems(one, run, cells, outside) if cells else [f"no result: {printed[-500:]}"]
        asked = {"strategy": one.strategy, "name": one.name, "run": run, "final": one.final}
        found = asked | {"cells": cells, "problems": problems, "seconds": round(time.monotonic() - began, 1)}
        self.done.append(found)
        return found

    def _problems(self, one: Planned, run: str, cells: list[Json], outside: int) -> list[str]:
        end, report = ("migrated", "azure", 100) if one.final else ("failed-back", "aws", 0), self._summary(run)
        last, (state, side, weight) = cells[0], end
        problems = [] if last["state"] == state else [f"the run ended {last['state']}: {last['why'][:300]}"]
        if last["fingerprint_equal"] is False:
            problems.append("the source is not as it was")
        if last["leftovers"]:
            problems.append(f"not undone: {', '.join(last['leftovers'])}")
        if report["weight"] != weight:
            problems.append(f"{report['weight']} % of clients are sent to Azure")
        served = probe(self._ready.edge_url)
        if served != {side}:
            problems.append(f"a probe was answered by {', '.join(sorted(served))}")
        if not one.final:
            problems += [f"left on Azure: {what}" for what in leftovers(self._ready)]
        if stray := self._outside() - outside:
            problems.append(f"{stray} requests failed outside the window")
        return problems

    def _summary(self, run: str) -> Json:
        report = summarize(self._ready, self._traffic, run)
        if report["window"]:
            self._windows.append(report["window"])
        return report

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
    number, folder, seconds = int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    until, strategies = time.monotonic() + seconds - ENDING, tuple(sys.argv[4:]) or STRATEGIES
    mine = folder / str(number)
    mine.mkdir(parents=True, exist_ok=True)
    with stage(mine, orders=30, pace=PACE) as ready:
        boto3.client("lambda").update_function_configuration(FunctionName="orders-api", Timeout=LONGEST_REQUEST)
        warm_up(ready)
        traffic = Traffic(ready.edge_url, rate=float(os.environ.get("RATE") or 3), ramp=2.0, max_seconds=14_400)
        traffic.adopt(ready.seeded)
        rehearsals, known = Rehearsals(ready, traffic, mine, number), history()
        lists = {strategy: rehearsals.cells(strategy) for strategy in strategies}
        runs = planned(lists, known, os.environ.get("MATRIX") == "whole")
        last = last_ones(lists, known)[number % len(lists) :][:1]
        result: Json = {"planned": _cells([*(runs if number == 0 else []), *last]), "finished": False}
        with traffic:
            time.sleep(2.0)
            fit = _many(rehearsals, runs, until - sum(map(_longest, last)), mine, result)
            for one in last if fit and time.monotonic() < until - _longest(last[0]) else []:
                _tell(rehearsals, one, mine, result)
        traffic.audit(settle_seconds=30.0)
        figures = traffic.report()
        shown = secrets_shown(mine, ready.key)
    lost = order_problems(figures["orders"])
    write(mine, result | {"runs": rehearsals.done, **figures, "lost": lost, "secrets_shown": shown, "finished": True})
    return 0


def _many(rehearsals: Rehearsals, runs: list[Planned], until: float, folder: Path, result: Json) -> bool:
    """Take runs that nobody has taken, until there is no time for another; whether the environment is as it was."""
    for place, one in enumerate(runs):
        if time.monotonic() > until - _longest(one):
            continue
        if not take(folder.parent / "taken", place):
            continue
        found = _tell(rehearsals, one, folder, result)
        if not found["cells"] or found["cells"][0]["state"] != "failed-back":
            say("This environment is not as it was: no further run is begun on it.")
            return False
    return True


def _longest(one: Planned) -> float:
    return TOGETHER if len(one.cells) > 1 else LONG


def _tell(rehearsals: Rehearsals, one: Planned, folder: Path, result: Json) -> Json:
    found = rehearsals.rehearse(one)
    say(told(found))
    write(folder, result | {"runs": rehearsals.done})
    return found


def _cells(runs: list[Planned]) -> list[Json]:
    return [{"strategy": one.strategy, "step": step, "mode": mode} for one in runs for step, mode in one.cells]


def told(found: Json) -> str:
    """A run in a line."""
    odd = [cell for cell in found["cells"] if not cell["right"]]
    kept = "; ".join(found["problems"]) or "safe"
    kept += "".join(f"; {one['step']} {one['mode']}: {one['outcome']} instead of {' or '.join(one['expected'])}" for one in odd)
    struck = sum(1 for cell in found["cells"] if cell["struck"])
    met = f"{struck} of {len(found['cells'])} met" if len(found["cells"]) > 1 else "" if struck else "struck nothing"
    ends = ", ".join(sorted({str(cell["outcome"]) for cell in found["cells"]})) or "no result"
    return f"{found['strategy']} {found['name']}: {ends}{f', {met}' if met else ''} in {found['seconds']} s; {kept}"


def write(folder: Path, result: Json) -> None:
    """Keep what is known so far."""
    (folder / "result.json").write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
