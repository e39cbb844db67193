"""A run's ledger in memory, as the activities between steps show it to the saga.

Lives here: what is begun, done, undone, decided and asked for. Never here: time, or the order in which things are called.
"""

from dataclasses import dataclass, field
from typing import Any

from activities.faults import FINAL, TRANSIENT

Json = dict[str, Any]


@dataclass
class Book:
    """Answers of the acts; it outlives an orchestration, as the ledger does."""

    names: dict[int, str] = field(default_factory=dict)
    begun: list[int] = field(default_factory=list)
    done: set[int] = field(default_factory=set)
    undone: list[int] = field(default_factory=list)
    left_over: set[int] = field(default_factory=set)
    too_slow: set[int] = field(default_factory=set)
    decisions: dict[str, Json] = field(default_factory=dict)
    held: str = ""
    asked: Json | None = None
    window_opened: str | None = None
    noted: list[int] = field(default_factory=list)
    overrun: str = "hold"
    failing_back: str = ""
    blocked: str = ""
    waited: list[Json] = field(default_factory=list)
    pauses: list[str] = field(default_factory=list)

    def begin_run(self, _asked: Json) -> Json:
        done = [] if self.failing_back else sorted(self.done)
        return {"done": done, "window_opened": self.window_opened, "asked": self.asked, "failing_back": self.failing_back}

    def note_pause(self, asked: Json) -> Json:
        self.pauses.append(asked["why"])
        return {}

    def note_window(self, asked: Json) -> Json:
        if "opened" in asked:
            self.window_opened = asked["opened"]
            return {}
        first = asked["used_percent"] not in self.noted
        self.noted += [asked["used_percent"]] if first else []
        return {"due": first}

    def open_gate(self, asked: Json) -> Json:
        decision = self.decisions.get(asked["gate"])
        if self.held and (decision is None or decision["state"] == "approved"):
            return {"state": "held", "why": self.held}
        if decision is None:
            return {"state": "open"}
        if decision["state"] == "approved":
            self.done.add(asked["seq"])
        return decision

    def flow_deltas(self, _asked: Json) -> Json:
        return {}

    def note_gate_timeout(self, _asked: Json) -> Json:
        return {}

    def begin_failback(self, asked: Json) -> Json:
        if self.blocked and asked["patient"]:
            self.waited.append(asked)
            return {"state": "waiting", "waiting_for": self.blocked}
        if self.blocked:
            return {"lines": [], "blocked": self.blocked}
        self.failing_back = self.failing_back or asked["why"]
        left = self.left_over - self.too_slow if asked["again"] else {seq for seq in self.begun if seq not in self.undone}
        back = [seq for seq in reversed(self.begun) if seq in left]
        return {"lines": [self.line(seq) for seq in back], "blocked": ""}

    def line(self, seq: int) -> Json:
        """As the activity tells it."""
        name = self.names[seq]
        return {"seq": seq, "name": name, "holds": "clients" if name in {"switch_traffic", "shift_traffic"} else ""}

    def end_failback(self, asked: Json) -> Json:
        if asked["blocked"] or self.left_over:
            return {"outcome": "needs-operator", "why": asked["blocked"] or f"left over: {sorted(self.left_over)}"}
        return {"outcome": "failed-back", "why": asked["why"]}

    def halt(self, asked: Json) -> Json:
        return {"outcome": "needs-operator", "why": asked["why"]}

    def finish_run(self, _asked: Json) -> Json:
        return {"outcome": "migrated", "why": ""}

    def step(self, name: str, asked: Json, outcome: Json) -> Json:
        """Take in that a step was asked, and what came of it."""
        seq = asked["seq"]
        self.names[seq] = name
        if asked["phase"] == "do":
            self.begun += [seq] if seq not in self.begun else []
            self.done |= {seq} if outcome["state"] == "done" else set()
            return outcome
        self.left_over -= {seq}
        if outcome["state"] == "done":
            self.undone.append(seq)
        elif outcome["state"] == "failed":
            self.left_over.add(seq)
            self.too_slow |= {seq} if outcome["error"]["code"] in TRANSIENT | FINAL else set()
        return outcome
