"""Drives the real orchestrator without effects and writes down what it would do: the runbook.

Lives here: a context in which every activity succeeds at once and every gate is approved. The manual, the lines in the ledger
and the hash that approvals name all come from this recording, so they cannot differ from what runs.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from durabletask.task import CancellableTask, CompletableTask, Task, TimerTask

from activities import gates, words
from activities.registry import STEPS
from activities.step import WORDS
from orchestrators.options import options
from orchestrators.saga import conduct
from orchestrators.strategies import RUNBOOKS
from plan.model import Plan

Line = dict[str, Any]
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class _Recording:
    """Stands in for Durable's context; only what the saga uses of it."""

    plan: Plan
    lines: list[Line] = field(default_factory=list)
    current_utc_datetime: datetime = _EPOCH

    def call_activity(self, name: str, *, input: dict[str, Any]) -> CompletableTask[Any]:
        """Answer as if all were well, and write the line down."""
        task: CompletableTask[Any] = CompletableTask()
        task.complete(self._answer(name, input))
        return task

    def wait_for_external_event(self, _name: str) -> CancellableTask[Any]:
        """Nobody speaks."""
        return CancellableTask()

    def create_timer(self, _fire_at: datetime | timedelta) -> TimerTask:
        """Time stands still."""
        return TimerTask()

    def set_custom_status(self, _status: Any) -> None:
        """Nobody looks."""

    def _answer(self, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        if name == "begin_run":
            return {"done": [], "window_opened": None, "asked": None, "failing_back": ""}
        if name == "open_gate":
            self.lines.append(_gate(self.plan, asked["seq"], asked["gate"]))
            return {"state": "approved"}
        if name in STEPS:
            arguments = {key: value for key, value in asked.items() if key not in {"run", "seq", "phase"}}
            self.lines.append(_step(self.plan, asked["seq"], name, arguments))
            return {"state": "done"}
        return {}


def record(plan: Plan) -> list[Line]:
    """The runbook of a plan.

    Returns:
        Lines in order: `seq`, `kind` (step or gate), `name`, `title`, `owner` (role), `person`, `contact`, `estimate_seconds`,
        `arguments`, and for a step `instruction`, `expected`, `validation`, `rollback`, `break_glass`; for a gate `asks`,
        `approved`, `rejected`, `approvers`, `timeout_seconds`, `on_timeout`.
    """
    recording = _Recording(plan)
    run = {"run": "recording", "options": options(plan)}
    orchestrator = conduct(recording, run, RUNBOOKS[plan.strategy])  # type: ignore[arg-type]  # the part of a context that is used
    try:
        waited_for: Task[Any] = next(orchestrator)
    except StopIteration:
        return recording.lines
    raise AssertionError(f"the orchestrator waits for {waited_for!r}, although every answer is there")


def _step(plan: Plan, seq: int, name: str, arguments: dict[str, Any]) -> Line:
    step, facts = STEPS[name], words.facts(plan) | {key: str(value) for key, value in arguments.items()}
    owner = plan.owners[step.owner]
    said = {word: str(getattr(step, word)).format_map(facts) for word in WORDS if word not in {"owner", "estimate"}}
    return {
        "seq": seq,
        "kind": "step",
        "name": name,
        "title": (step.__doc__ or "").strip().splitlines()[0],
        "owner": step.owner,
        "person": owner.name,
        "contact": owner.contact,
        "estimate_seconds": step.estimate.total_seconds(),
        "arguments": arguments,
        "break_glass": step.break_glass,
        **said,
    }


def _gate(plan: Plan, seq: int, name: str) -> Line:
    gate, asked, facts = plan.approvals[name], gates.WORDS[name], words.facts(plan)  # type: ignore[index]  # checked by plan/rules
    return {
        "seq": seq,
        "kind": "gate",
        "name": name,
        "title": asked.title,
        "owner": "approver",
        "person": ", ".join(gate.approvers),
        "contact": "",
        "estimate_seconds": 0.0,
        "arguments": {},
        "asks": asked.asks.format_map(facts),
        "approved": asked.approved.format_map(facts),
        "rejected": asked.rejected.format_map(facts),
        "approvers": list(gate.approvers),
        "timeout_seconds": gate.timeout.total_seconds(),
        "on_timeout": gate.on_timeout,
    }
