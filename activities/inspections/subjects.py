"""What an inspection looks at, one after the other: functions, queues, APIs, buckets of a plan. Never here: looking."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from plan.model import Plan
from plan.source import BucketTrigger, HttpTrigger, QueueTrigger, Trigger


def every_function(plan: Plan) -> list[str]:
    """All functions that move."""
    return [one.name for one in plan.source.functions]


def functions_with(kind: Literal["http", "queue"]) -> Callable[[Plan], Sequence[str]]:
    """Functions that have a trigger of that kind."""
    return lambda plan: [one.name for one in plan.source.functions if any(it.type == kind for it in one.triggers)]


def fed_by(plan: Plan, function: str) -> list[str]:
    """Queues that feed the function."""
    return [
        it.queue for one in plan.source.functions if one.name == function for it in one.triggers if isinstance(it, QueueTrigger)
    ]


def every_queue(plan: Plan) -> list[str]:
    """Source queues that feed functions, or whose messages move."""
    fed = [it.queue for it in _triggers(plan) if isinstance(it, QueueTrigger)]
    return list(dict.fromkeys([*fed, *(one.source_queue for one in plan.state.queues)]))


def every_api(plan: Plan) -> list[str]:
    """HTTP APIs in front of functions."""
    return list(dict.fromkeys(it.api for it in _triggers(plan) if isinstance(it, HttpTrigger)))


def every_bucket(plan: Plan) -> list[str]:
    """Buckets whose objects start functions."""
    return list(dict.fromkeys(it.bucket for it in _triggers(plan) if isinstance(it, BucketTrigger)))


def the_app(plan: Plan) -> list[str]:
    """The function app."""
    return [plan.target.app]


def _triggers(plan: Plan) -> Iterator[Trigger]:
    for function in plan.source.functions:
        yield from function.triggers
