"""What an orchestration is started with, beside the run's id: the few numbers of the plan that the saga goes by."""

from typing import Any

from plan.model import Plan


def options(plan: Plan) -> dict[str, Any]:
    """Small JSON without a secret; durations in seconds."""
    gates = {
        name: {"timeout": gate.timeout.total_seconds(), "on_timeout": gate.on_timeout} for name, gate in plan.approvals.items()
    }
    return {
        "ramp": plan.traffic.ramp,
        "sync": plan.timing.sync.total_seconds(),
        "look": plan.timing.look.total_seconds(),
        "poll": plan.timing.poll.total_seconds(),
        "attempts": plan.timing.attempts,
        "outage": plan.timing.outage.total_seconds(),
        "retry_delay": plan.timing.retry_delay.total_seconds(),
        "window": plan.window.length.total_seconds(),
        "on_overrun": plan.window.on_overrun,
        "gates": gates,
    }
