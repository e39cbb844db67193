"""Metric gates that can be told apart and can be judged."""

from collections.abc import Iterator

from plan.metrics import CustomMetric, QueueAge
from plan.model import Plan
from plan.problems import Finding, Path


def check_metrics(plan: Plan) -> Iterator[Finding]:
    """Every gate has a name of its own, something to be held against, and both sides where they are compared."""
    queues = sorted(queue.name for queue in plan.state.queues)
    names: set[str] = set()
    for index, gate in enumerate(plan.checks.metrics.gates):
        path: Path = ("checks", "metrics", "gates", index)
        name = gate.name or gate.kind
        if name in names:
            yield Finding((*path, "name"), f"two gates are called {name}", "Give each a name of its own")
        names.add(name)
        if isinstance(gate, QueueAge) and gate.queue not in queues:
            known = f"Use one of: {', '.join(queues)}" if queues else "Add the queue under state.queues"
            yield Finding((*path, "queue"), f"{gate.queue} is not the name of a queue of the plan", known)
        if isinstance(gate, CustomMetric):
            yield from _custom(gate, path)


def _custom(gate: CustomMetric, path: Path) -> Iterator[Finding]:
    if gate.source is None and gate.target is None:
        yield Finding(path, "the gate names no metric", "Add `target`, `source` or both")
    if gate.above is None and gate.below is None and gate.ratio is None:
        yield Finding(path, "the metric is held against nothing", "Add `above`, `below` or `ratio`")
    if gate.ratio is not None and (gate.source is None or gate.target is None):
        yield Finding(
            (*path, "ratio"), "one side has nothing to be compared with", "Name the metric of `source` and of `target`"
        )
