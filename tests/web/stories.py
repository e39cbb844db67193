"""Runs as they stand at moments that people see, written to a ledger as the product writes them. Never here: a browser."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.ledger import Ledger
from ledger.runs import Run
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

EACH = 7.5
"""Seconds that every finished step took."""
LAGS = [9.0, 8.2, 6.9, 7.1, 5.0, 3.8, 2.2, 1.4, 0.9, 0.6]


def ago(seconds: float) -> str:
    """A moment before this one, as the ledger writes it."""
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def synced(began: float, lags: list[float]) -> dict[str, Any]:
    """What a line has seen that brought changes over and began so many seconds ago."""
    trail = [[round(time.time() - began + at / 2, 1), lag] for at, lag in enumerate(lags)]
    return {"lags": lags, "applied": 412, "looks": len(lags), "lag_trail": trail}


class Story:
    """One run of the sample's plan that goes on as it is told."""

    def __init__(self, ledger: Ledger, owner_identity: str | None = None, **changes: Any) -> None:
        plan = example().model_copy(update={"strategy": changes.pop("strategy", "minimized-downtime")})
        if owner_identity:  # of the approver, in Entra ID
            owner = plan.owners["approver"].model_copy(update={"identity": owner_identity})
            plan = plan.model_copy(update={"owners": {**plan.owners, "approver": owner}})
        self.ledger = ledger
        self.run: Run = write(ledger, new_run(plan, **({"started": ago(900)} | changes)))
        ledger.events.append(self.run.run, "started", f"Run {self.run.run} of {self.run.workload} was started.", key="started")

    @property
    def name(self) -> str:
        """The run's id."""
        return self.run.run

    def seq(self, line: str) -> int:
        """Number of the first line of this name."""
        return next(int(one["seq"]) for one in self.run.runbook if one["name"] == line)

    def change(self, **changes: Any) -> None:
        """Change the run's row."""
        self.ledger.runs.change(self.run.workload, self.name, **changes)

    def line(self, line: str | int, **changes: Any) -> None:
        """Change a line's row."""
        self.ledger.steps.change(self.name, line if isinstance(line, int) else self.seq(line), **changes)

    def until(self, line: str | int) -> "Story":
        """Everything before this line is done."""
        last = line if isinstance(line, int) else self.seq(line)
        for one in self.run.runbook[: last - 1]:
            began = EACH * (last - one["seq"]) + 30
            evidence: dict[str, Any] = {"checked": 3}
            if one["name"] == "sync_deltas":
                evidence = synced(began, LAGS if one["seq"] == self.seq("sync_deltas") else LAGS[-3:])
            times = {"started": ago(began), "ended": ago(began - EACH)}
            self.line(one["seq"], state="done", attempts=1, acted=True, evidence=evidence, **times)
            if one["kind"] == "gate":
                self.ledger.events.append(self.name, "decision", f"Gate {one['name']}: approve", who="Lena Lead")
        return self

    def works(self, line: str | int, began: float = 12.0, **more: Any) -> "Story":
        """The run is at work on this line."""
        self.until(line).line(line, state="running", attempts=1, started=ago(began), **more)
        self.change(state="running", why="")
        return self

    def waits(self, gate: str) -> "Story":
        """The run waits for people at this gate."""
        text = f"approval of {gate}"
        self.until(gate).line(gate, state="waiting", started=ago(40), waiting_for=text, waiting_since=ago(40))
        self.change(state="waiting", why=text)
        self.ledger.events.append(self.name, "gate", f"Waiting for {text}.")
        return self

    def opens_window(self, used: float = 95.0) -> "Story":
        """The window was opened so many seconds ago."""
        self.change(window_opened=ago(used))
        return self
