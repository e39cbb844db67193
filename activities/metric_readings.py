"""What the services of both sides have counted, read once: only what some gate of the plan asks for.

Lives here: questions to the observers and their answers as small JSON. Never here: a judgement.
"""

from datetime import datetime
from typing import Any

from activities.step import Work
from adapters.errors import NotFound
from adapters.observing import SIDES, Metric, Side
from adapters.records import Json
from plan.metrics import AnyGate, CustomMetric, QueueAge, SourceMetric, TargetMetric

_OF_TRAFFIC = {"error-rate", "throttles"}


def name_of(gate: AnyGate) -> str:
    """What a gate is called."""
    return gate.name or gate.kind


def read(work: Work, since: datetime) -> Json:
    """By side: `requests`, `errors`, `throttled`, `latency` (seconds by name), `queues` (seconds by queue), `values` (by gate).

    Counts are cumulative; a part that no gate asks for is left out.

    Raises:
        AdapterError: `not-found` when a side does not have what a gate asks for.
    """
    return {side: _side(work, side, since) for side in SIDES}


def within(readings: Json, baseline: Json, gates: list[AnyGate]) -> Json:
    """The readings with what was there at the beginning taken off, from everything that is counted."""
    return {side: _within(readings[side], baseline[side], _summed(gates, side)) for side in SIDES}


def _side(work: Work, side: Side, since: datetime) -> Json:
    observer, gates = work.world.observers[side], work.plan.checks.metrics.gates
    found: Json = {}
    if any(gate.kind in _OF_TRAFFIC for gate in gates):
        counted = observer.traffic(since)
        if counted.throttled is None and side == "target" and any(gate.kind == "throttles" for gate in gates):
            raise NotFound("the target's metrics do not tell throttled requests", "Name checks.metrics.application_insights.")
        found = {"requests": counted.requests, "errors": counted.errors, "throttled": counted.throttled}
        found["latency"] = {name: round(seconds, 4) for name, seconds in observer.latency(since).items()}
    queues = sorted({gate.queue for gate in gates if isinstance(gate, QueueAge)})
    values = {name_of(gate): _metric(gate, side) for gate in gates if isinstance(gate, CustomMetric)}
    if queues:
        found["queues"] = {queue: round(observer.queue_age(queue), 1) for queue in queues}
    if values:
        found["values"] = {name: observer.value(metric, since) if metric else None for name, metric in values.items()}
    return found


def _metric(gate: CustomMetric, side: Side) -> Metric | None:
    wanted: SourceMetric | TargetMetric | None = gate.source if side == "source" else gate.target
    if wanted is None:
        return None
    resource = (wanted.resource or "") if isinstance(wanted, TargetMetric) else ""
    return Metric(wanted.namespace, wanted.name, wanted.statistic, wanted.dimensions, resource)


def _summed(gates: list[AnyGate], side: Side) -> set[str]:
    """Names of custom metrics that add up over time."""
    metrics = {name_of(gate): _metric(gate, side) for gate in gates if isinstance(gate, CustomMetric)}
    return {name for name, metric in metrics.items() if metric and metric.statistic in {"sum", "count"}}


def _within(found: Json, before: Json, summed: set[str]) -> Json:
    changed: Json = dict(found)
    for name in ("requests", "errors", "throttled"):
        if found.get(name) is not None:
            changed[name] = max(0, found[name] - (before.get(name) or 0))
    if "values" in found:
        old: dict[str, Any] = before.get("values", {})
        changed["values"] = {
            name: value if value is None or name not in summed else value - (old.get(name) or 0.0)
            for name, value in found["values"].items()
        }
    return changed
