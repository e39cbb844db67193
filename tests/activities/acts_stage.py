"""A run in a real ledger with a source that is read only, for tests of the acts between steps.

Lives here: the run, and what goes wrong when the source is read. Never here: what a test expects.
"""

from types import SimpleNamespace
from typing import Any, cast

from activities import gates
from activities.source_state import source_state
from adapters.errors import AdapterError
from adapters.world import World
from ledger.ledger import Ledger
from ledger.runs import Run
from plan.model import Plan
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

PLAN = example()
BEGAN = "2026-11-23T02:00:00+00:00"


class Source:
    """A source that is read only: its state, and what goes wrong when it is read."""

    def __init__(self) -> None:
        self.code, self.ttl = "abc", 300
        self.trouble: AdapterError | None = None

    def code_hash(self, _name: str) -> str:
        if self.trouble:
            raise self.trouble
        return self.code

    def snapshot(self, *name: str) -> Any:
        if self.trouble:
            raise self.trouble
        return {"name": list(name), "ttl": self.ttl}


class Stage:
    """A run in the ledger, and the acts of its orchestration."""

    def __init__(self, ledger: Ledger, plan: Plan) -> None:
        self.ledger, self.source = ledger, Source()
        ports = ("functions", "mappings", "schedules", "front_door", "bucket_events", "router")
        self.world = cast(World, SimpleNamespace(**dict.fromkeys(ports, self.source), replications={}, stores={}))
        self.planned: Run = write(ledger, new_run(plan))
        self.id = self.planned.run

    @property
    def run(self) -> Run:
        return self.ledger.runs.get(self.id)

    def seq(self, name: str) -> int:
        return next(int(line["seq"]) for line in self.planned.runbook if line["name"] == name)

    def has_begun(self, *names: str, **more: Any) -> None:
        for name in names:
            self.ledger.steps.change(self.id, self.seq(name), **({"state": "done", "started": BEGAN} | more))

    def remember_the_source(self) -> None:
        self.ledger.steps.keep_before(self.id, self.seq("snapshot_source"), source_state(PLAN, self.world))

    def act(self, act: Any, **asked: Any) -> dict[str, Any]:
        found: dict[str, Any] = act({"run": self.id, **asked})
        return found

    def open(self, gate: str) -> dict[str, Any]:
        return self.act(gates.open_gate, seq=self.seq(gate), gate=gate)

    def events(self, kind: str) -> list[str]:
        return [event["text"] for event in self.ledger.events.of(self.id) if event["kind"] == kind]
