"""Durations that make sense on their own and together."""

from collections.abc import Iterator
from datetime import timedelta

from plan.fields import format_duration
from plan.model import Plan
from plan.problems import Finding, Path

_DAY = timedelta(days=1)
_ZERO = timedelta(0)
_LEAST_MARGIN = timedelta(seconds=10)
"""One and a half of it must be more than what an instance of the bridge library takes to lapse (bridge/place.py)."""


def check_times(plan: Plan) -> Iterator[Finding]:
    """Nothing that must take time takes none, and what fits into something is shorter than it."""
    yield from _positive(plan)
    ttl, settle, length = plan.traffic.ttl, plan.traffic.settle, plan.window.length
    if ttl > _DAY:
        yield Finding(
            ("traffic", "ttl"), f"{format_duration(ttl)} is more than a day", "Use at most 1d; 60s lets clients move quickly"
        )
    if ttl % timedelta(seconds=1):
        yield Finding(
            ("traffic", "ttl"), f"{format_duration(ttl)} is not in whole seconds", "DNS knows whole seconds: use 1s or more"
        )
    if length > _ZERO and ttl + settle >= length:
        what = (
            f"the window of {format_duration(length)} ends before clients follow the switch ({format_duration(ttl + settle)})"
        )
        yield Finding(("window", "length"), what, "Lengthen the window, or shorten traffic.ttl and traffic.settle")
    if plan.timing.poll >= plan.timing.step_timeout:
        what = f"a step times out ({format_duration(plan.timing.step_timeout)}) before it is looked at a second time"
        yield Finding(("timing", "poll"), what, "Make timing.poll shorter than timing.step_timeout")
    ramp = plan.traffic.ramp
    if ramp[-1] != 100 or ramp != sorted(set(ramp)):
        yield Finding(("traffic", "ramp"), f"{ramp} does not rise to 100", "Write rising weights, such as [5, 25, 50, 100]")
    if plan.state.ladder is not None and plan.state.ladder.firing_margin < _LEAST_MARGIN:
        what = "an instance of the app that hangs acts on what it knew for up to 15 s, and could fire once more"
        yield Finding(("state", "ladder", "firing_margin"), what, "Use at least 10s; 60s if a firing on AWS may come late")
    for index, queue in enumerate(plan.state.queues):
        if queue.settle >= plan.timing.step_timeout:
            path: Path = ("state", "queues", index, "settle")
            yield Finding(path, "the step times out before the queue has settled", "Make it shorter than timing.step_timeout")


def _positive(plan: Plan) -> Iterator[Finding]:
    durations: list[tuple[Path, timedelta]] = [
        (("window", "length"), plan.window.length),
        (("timing", "poll"), plan.timing.poll),
        (("timing", "step_timeout"), plan.timing.step_timeout),
        *((("approvals", gate, "timeout"), approval.timeout) for gate, approval in plan.approvals.items()),
        (("checks", "health", "within"), plan.checks.health.within),
        *((("checks", "validation", index, "within"), probe.within) for index, probe in enumerate(plan.checks.validation)),
        *((("checks", "cleanup", index, "within"), probe.within) for index, probe in enumerate(plan.checks.cleanup)),
    ]
    for path, duration in durations:
        if duration <= _ZERO:
            yield Finding(path, "the duration is 0", "Give it some time, such as 30s")
