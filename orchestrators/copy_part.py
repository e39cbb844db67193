"""One part of a bulk copy: piece after piece until its end, in an orchestration of its own.

Lives here: the loop over pieces. The position is in the ledger, so a piece needs no token and the history stays short.
"""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from durabletask.task import OrchestrationContext, Task

from activities.faults import TRANSIENT

PIECES = 50
"""Pieces after which the orchestration begins anew, so that its history never grows with the data."""


def copy_part(ctx: OrchestrationContext, part: dict[str, Any]) -> Generator[Task[Any], Any, dict[str, Any]]:
    """Carry one part to its end.

    Args:
        ctx: Durable's context.
        part: `run`, `seq`, `step`, `direction`, `part`, `attempts`, `retry_delay` (seconds).

    Returns:
        `{"state": "done" | "stopped"}` or `{"state": "failed", "error"}`.
    """
    asked = {name: part[name] for name in ("run", "seq", "part", "direction")} | {"phase": "piece"}
    failures = 0
    for _ in range(PIECES):
        outcome = yield ctx.call_activity(part["step"], input=asked)
        if outcome["state"] in {"done", "stopped"}:
            return dict(outcome)
        if outcome["state"] == "more":
            failures = 0
        if outcome["state"] == "failed":
            failures += 1
            if outcome["error"]["code"] not in TRANSIENT or failures >= part["attempts"]:
                return dict(outcome)
            yield ctx.create_timer(timedelta(seconds=part["retry_delay"] * failures))
    ctx.continue_as_new(part)
    return {"state": "more"}
