"""The rehearsal of the way back: every step before `finalize` fails once, one run after the other, under live traffic.

Lives here: the order of events and what is measured. Never here: the fault (faulty/), the papers (rehearsed.py).

Usage: `python -m local.failback [STEP ...]`. Variables: RATE (requests a second), ORDERS (rows of existing state), FAIL_WHEN:
`after` (the step has done its work when it fails; default) or `before` (it has done nothing).
"""

import json
import os
import re
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from local.demo import say, wait_for_end, warm_up
from local.processes import ROOT
from local.rehearsed import Rehearsed, markdown, row
from local.stage import Stage, agent_child, stage
from local.summary import failures_outside, order_problems, run_problems, summarize
from local.traffic.generator import Traffic

FOLDER = ROOT / "build" / "failback"
FAULTY = ROOT / "local" / "faulty"
PACE = {"POLL": "200ms", "RETRY_DELAY": "200ms", "ATTEMPTS": "2", "QUEUE_SETTLE": "500ms", "BAKE": "2s", "WINDOW": "10m"}
PROBES = 5
Json = dict[str, Any]


class Rehearsal:
    """Runs on one stage, one after the other; each begins where the one before left the workload, on AWS as it was."""

    def __init__(self, ready: Stage, traffic: Traffic, when: str) -> None:
        self._ready, self._traffic, self._when = ready, traffic, when
        self._windows: list[dict[str, float]] = []

    def fail_at(self, step: str) -> Rehearsed:
        """One run whose step fails; what became of it."""
        ready, run = self._ready, f"{self._when}-{step.replace('_', '-')}"
        before, outside = self._traffic.requests(), self._outside()
        fault = {"FAIL_AT": step, "FAIL_WHEN": self._when}
        port = int(ready.agent_url.rsplit(":", 1)[1])
        with agent_child(FOLDER, ready.variables | fault, FAULTY, port) as agent:
            agent.wait_until(f"{ready.agent_url}/admin/host/status", timeout=60)
            cli(
                ready,
                "start",
                "examples/orders/plan.yaml",
                "--run",
                run,
                "--by",
                "Lena Lead",
                "--yes",
                "all",
                "--interval",
                "0.3",
            )
            wait_for_end(ready, run)
            report = summarize(ready, self._traffic, run)
            full = self._full(run)
        served = probe(ready.edge_url)
        if report["window"]:
            self._windows.append(report["window"])
        failed = self._traffic.requests()["failed"] - before["failed"]
        found = run_problems(report, expected="failed-back") + self._wrong_place(step, report)
        if served != {"aws"}:
            found.append(f"a probe was answered by {', '.join(sorted(served))} instead of AWS")
        if stray := self._outside() - outside:
            found.append(f"{stray} requests failed outside the window")
        return Rehearsed(
            step=step,
            when=self._when,
            outcome=report["outcome"],
            seconds_to_safety=seconds_to_safety(step, full),
            downtime_seconds=report["downtime_seconds"],
            requests_failed=failed,
            fingerprint_equal=report["source_fingerprint_before"] == report["source_fingerprint_after"],
            weight=report["weight"],
            problems=found,
        )

    def _outside(self) -> int:
        return failures_outside(self._traffic.requests()["failures"], self._windows)

    def _wrong_place(self, step: str, report: Json) -> list[str]:
        """A run that turned back for another reason than the rehearsed one proves nothing about the step."""
        return (
            [] if report["why"].startswith(f"{step} failed: this step was told to fail") else [f"it went back: {report['why']}"]
        )

    def _full(self, run: str) -> Json:
        with self._ready.doors() as doors:
            return dict(doors.get(f"migrations/{run}/report", params={"format": "json"}).raise_for_status().json())


def seconds_to_safety(step: str, report: Json) -> float | None:
    """From the last failure of the step to the proof that everything is as it was."""
    failed = next(line["ended"] for line in report["steps"] if line["name"] == step)
    if not failed or not report["ended"]:
        return None
    return round((datetime.fromisoformat(report["ended"]) - datetime.fromisoformat(failed)).total_seconds(), 1)


def probe(edge_url: str) -> set[str]:
    """Who answers clients, and with which status if it is not 200."""
    with httpx.Client(base_url=edge_url, timeout=30, trust_env=False) as client:
        answers = [client.get("/orders?limit=1") for _ in range(PROBES)]
    return {
        answer.headers.get("x-served-by", "nobody")
        + ("" if answer.status_code == httpx.codes.OK else f" with {answer.status_code}")
        for answer in answers
    }


def cli(ready: Stage, *words: str) -> str:
    """What the product's command prints, kept in a log too. Its exit status says nothing here: runs go back on purpose."""
    env = os.environ | ready.variables | {"DAYZERO_URL": ready.agent_url, "DAYZERO_KEY": ready.key}
    done = subprocess.run(
        [sys.executable, "-m", "cli", *words],
        env=env,
        cwd=ROOT,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    with (FOLDER / "cli.log").open("a") as log:
        log.write(done.stdout)
    return done.stdout


def steps_with_a_way_back(ready: Stage) -> list[str]:
    """The runbook up to the point of no return, read from the manual that the agent makes."""
    before_finalize = cli(ready, "manual", "examples/orders/plan.yaml").split("finalize (gate)")[0]
    return list(dict.fromkeys(re.findall(r"^### \d+\. (\w+)$", before_finalize, re.MULTILINE)))


def main() -> int:
    """Rehearse; 0 when every run came back safely and nothing was lost."""
    rate, orders = float(os.environ.get("RATE") or 8), int(os.environ.get("ORDERS") or 60)
    when, began = os.environ.get("FAIL_WHEN") or "after", time.monotonic()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with stage(FOLDER, orders=orders, pace=PACE) as ready:
        steps = steps_with_a_way_back(ready)
        if unknown := set(sys.argv[1:]) - set(steps):
            say(f"No step with a way back: {', '.join(sorted(unknown))}. There are: {', '.join(steps)}.")
            return 2
        ready.agent.stop()  # each run gets one that fails at another step
        warm_up(ready)
        traffic = Traffic(ready.edge_url, rate=rate, ramp=3.0, max_seconds=7200)
        traffic.adopt(ready.seeded)
        rehearsal, done = Rehearsal(ready, traffic, when), []
        with traffic:
            time.sleep(3.0)  # a moment of plain traffic, so that a failure from before is not put down to a run
            for step in sys.argv[1:] or steps:
                done.append(rehearsal.fail_at(step))
                say(row(done[-1]))
        traffic.audit(settle_seconds=60.0)
        figures = traffic.report()
    lost = order_problems(figures["orders"])
    report = {"runs": [vars(one) for one in done], "seconds": round(time.monotonic() - began), "problems": lost, **figures}
    write(FOLDER, report, markdown(done, figures, lost))
    return 1 if lost or any(one.problems for one in done) else 0


def write(folder: Path, report: Json, text: str) -> None:
    """Keep the papers and show them."""
    (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    (folder / "report.md").write_text(text)
    say(text)


if __name__ == "__main__":
    sys.exit(main())
