"""A run that waits at the gate `cutover`, under rules that a test gives.

Lives here: bringing it into being, and words to say there. Never here: what a test expects.
"""

import json
from dataclasses import dataclass, field
from typing import Any, cast

from approvals.approvers import Person
from approvals.decide import Standing, Word, decide
from ledger.ledger import Ledger
from ledger.runs import Run
from plan.people import Channel
from tests.ledger.rows import new_run, write
from tests.plan.plans import data, example, problems_of

OPENED = "2026-11-23T02:00:00.000+00:00"
LENA_ID = "5b1d6a3e-6c0c-4d5e-9a44-0f3f2b9c7a10"
Json = dict[str, Any]


@dataclass
class AtTheGate:
    """The waiting run.

    Args:
        ledger: where it stands.
        rules: what the plan says about `cutover` besides the sample's.
        changes: of the run's row.
        notices: the plan's sinks.
    """

    ledger: Ledger
    rules: Json = field(default_factory=dict)
    changes: Json = field(default_factory=dict)
    gate: str = "cutover"
    notices: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        plan = data()
        plan["approvals"][self.gate] |= self.rules
        plan["owners"]["lead"]["identity"] = LENA_ID
        plan["owners"]["approver"]["identity"] = "petra@example.com"
        plan["notices"] = self.notices
        assert problems_of(plan) == {}
        stored = example(json.dumps(plan), {})
        self.id = write(self.ledger, new_run(stored, **self.changes)).run
        self.ledger.steps.change(self.id, self.seq, state="waiting", started=OPENED, waiting_for=f"approval of {self.gate}")

    @property
    def run(self) -> Run:
        return self.ledger.runs.get(self.id)

    @property
    def seq(self) -> int:
        return next(int(line["seq"]) for line in self.run.runbook if line["name"] == self.gate)

    @property
    def decision(self) -> Json | None:
        return self.ledger.steps.decision(self.id, self.seq)

    def say(self, by: str, decision: str = "approve", channel: str = "key", roles: tuple[str, ...] = ()) -> Standing:
        word = Word(self.gate, decision, "because", self.run.runbook_hash)
        return decide(self.ledger, self.run, word, Person(by, cast(Channel, channel), frozenset(roles)))

    def events(self, kind: str) -> list[Json]:
        return [event for event in self.ledger.events.of(self.id) if event["kind"] == kind]

    def told(self, kind: str) -> list[str]:
        return [event["text"] for event in self.events(kind)]
