"""A person at the doors: starts runs, waits for gates, decides, reads documents. Never here: assertions."""

import json
import os
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from local.processes import ROOT
from local.stage import Stage
from plan.load import load_plan

LEAD = "Lena Lead"
PATIENCE = 29.0
"""Seconds that clients wait for an answer: as long as API Gateway waits for a function, so that late is not lost."""
ENDED = {"migrated", "failed-back", "needs-operator"}
Json = dict[str, Any]


@dataclass
class Pilot:
    """One run on the stage. `changes`: parts of the sample's plan that are different in it."""

    stage: Stage
    run: str
    changes: Json = field(default_factory=dict)

    def plan(self) -> Json:
        """The sample's plan as it is sent."""
        text = (ROOT / "examples" / "orders" / "plan.yaml").read_text()
        plan = load_plan(text, "plan.yaml", os.environ | self.stage.variables)
        return dict(json.loads(plan.model_dump_json())) | self.changes

    def start(self, run: str | None = None) -> httpx.Response:
        """Ask for the run."""
        return self.post("migrations", {"plan": self.plan(), "run": run or self.run})

    def post(self, path: str, body: Json) -> httpx.Response:
        """Any door."""
        with self.stage.doors() as doors:
            return doors.post(path, json=body)

    def get(self, path: str = "") -> Json:
        """The status, or a document below it."""
        with self.stage.doors() as doors:
            return dict(doors.get(f"migrations/{self.run}{path}").raise_for_status().json())

    def text(self, path: str) -> str:
        """A document as text."""
        with self.stage.doors() as doors:
            return doors.get(f"migrations/{self.run}{path}").raise_for_status().text

    def until(self, what: str, seconds: float = 120.0) -> Json:
        """The status once the run waits at that gate, has done that step, or has ended in that state."""
        deadline = time.monotonic() + seconds
        status: Json = {}
        while time.monotonic() < deadline:
            try:
                status = self.get()
            except httpx.HTTPError:  # the agent is being killed or started
                time.sleep(0.2)
                continue
            gate = (status["waiting_for"] or {}).get("gate")
            done = {line["name"] for line in status["steps"] if line["state"] == "done"}
            if what in {gate, status["state"]} or what in done:
                return status
            if status["state"] in ENDED:
                break
            time.sleep(0.1)
        steps = [(line["name"], line["state"], line["error"]) for line in status["steps"] if line["state"] != "planned"]
        raise AssertionError(f"{self.run} never got to {what}: {status['state']} {status['why']}; {steps[-3:]}")

    def until_held(self, difference: str, seconds: float = 30.0) -> str:
        """What the gate waits for, once that names this difference of the source."""
        deadline, told = time.monotonic() + seconds, ""
        while time.monotonic() < deadline:
            told = str((self.get()["waiting_for"] or {}).get("what"))
            if difference in told:
                return told
            time.sleep(0.1)
        raise AssertionError(f"{self.run} does not say {difference!r}, but waits for {told}")

    def until_looked_at(self, times: int, seconds: float = 30.0) -> None:
        """Until the gate that waits has looked at the source that often: each look writes to the run."""
        deadline, seen = time.monotonic() + seconds, set[str]()
        while len(seen) <= times:
            assert time.monotonic() < deadline, f"{self.run} does not look again"
            seen.add(str(self.get()["updated"]))
            time.sleep(0.1)

    def decide(self, gate: str, decision: str = "approve", by: str = LEAD, reason: str = "") -> httpx.Response:
        """Decide at a gate, naming the runbook that runs."""
        body = {"decision": decision, "by": by, "reason": reason, "runbook_hash": self.get()["runbook_hash"]}
        return self.post(f"migrations/{self.run}/approvals/{gate}", body)

    def pass_gates(self, *gates: str) -> None:
        """Wait for each gate and approve it."""
        for gate in gates:
            self.until(gate)
            self.decide(gate).raise_for_status()
