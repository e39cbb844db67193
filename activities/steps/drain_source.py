"""The step that lets the source finish what it has taken."""

from datetime import timedelta

from activities.step import Done, Step, Verdict, Waiting, Work
from adapters.records import Depth, Json

_LONGEST_REQUEST = 30.0
"""Seconds after which API Gateway gives a request up (HTTP API quotas: integration time-out)."""


class DrainSource(Step):
    """Wait until nothing that AWS has taken is unfinished."""

    owner = "aws"
    instruction = "Wait until requests in flight have ended and {queues} are empty with no message in flight."
    expected = (
        "Every queue to be drained reports 0 visible, 0 delayed and 0 in-flight messages for {settle}; no request is running."
    )
    validation = (
        "Queue attributes are read directly, at least twice; the longest time-out of a function behind the API has passed."
    )
    rollback = "Nothing to restore: draining changes nothing."
    estimate = timedelta(minutes=3)

    def do(self, work: Work, before: Json) -> Json:
        """Note when the wait began."""
        return {"since": work.now.isoformat(), "empty_since": None}

    def verify(self, work: Work, before: Json) -> Verdict:
        """Count what is in flight, not only what is visible; empty must last."""
        queues = [queue for queue in work.plan.state.queues if queue.leftover == "drain"]
        depths = {queue.name: work.world.queues.depth(queue.source_queue) for queue in queues}
        busy = [_text(name, depth) for name, depth in depths.items() if not depth.empty]
        if busy:
            return Waiting("; ".join(busy), work.did | {"empty_since": None})
        if queues and work.did["empty_since"] is None:
            return Waiting("queues to stay empty", work.did | {"empty_since": work.now.isoformat()})
        settle = max((queue.settle for queue in queues), default=timedelta())
        if queues and work.since("empty_since") < settle:
            return Waiting("queues to stay empty")
        running = self._longest(work) - work.since("since")
        if running > timedelta():
            return Waiting(f"requests in flight, until {work.now + running:%H:%M:%S} UTC at the latest")
        return Done({"depths": dict.fromkeys(depths, 0)})

    def _longest(self, work: Work) -> timedelta:
        snapshot = work.record.before("snapshot_source")["functions"]
        behind = [it.name for it in work.plan.source.functions if any(trigger.type == "http" for trigger in it.triggers)]
        return timedelta(seconds=max((min(snapshot[name]["timeout_seconds"], _LONGEST_REQUEST) for name in behind), default=0))


def _text(name: str, depth: Depth) -> str:
    return f"queue {name}: {depth.visible} visible, {depth.in_flight} in flight, {depth.delayed} delayed"
