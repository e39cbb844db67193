"""What is counted about a side while clients use it: the port of the services that count.

Lives here: the port and its records. Never here: an SDK, a judgement. Every method raises `adapters.errors.AdapterError` only.

Counts are cumulative: everything since the whole minute in which `since` lies, for services count by the minute. Who wants
what happened within a time takes the difference of two readings with the same `since`. Services show a minute one to three
minutes after it has passed, so a later reading of the same minute may be higher.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Side = Literal["source", "target"]
SIDES: tuple[Side, Side] = ("source", "target")
Statistic = Literal["sum", "average", "minimum", "maximum", "count"]
"""How the values of a metric are drawn together over the whole time."""


@dataclass(frozen=True)
class Traffic:
    """Requests that a side took, and how many of them it answered with a server error or turned away as too many."""

    requests: int
    errors: int
    throttled: int | None
    """None: this side does not count them apart."""


@dataclass(frozen=True)
class Metric:
    """The name of one metric of a service; `namespace` and `dimensions` as that service names them."""

    namespace: str
    name: str
    statistic: Statistic = "sum"
    dimensions: Mapping[str, str] = field(default_factory=dict)
    resource: str = ""
    """Where the service keeps metrics by resource: its id; empty for the workload's own."""


class Observer(Protocol):
    """One side's counters."""

    def traffic(self, since: datetime) -> Traffic:
        """Counts since then; no traffic is 0.

        Raises:
            AdapterError: `not-found` when the side does not count requests, which is never reported as 0.
        """
        ...

    def latency(self, since: datetime) -> Mapping[str, float]:
        """Seconds by name (`average`, `p50`, `p95`, `p99`) since then; only what the service offers, empty without traffic."""
        ...

    def queue_age(self, queue: str) -> float:
        """Seconds that the oldest message waits now; 0 when none does.

        Args:
            queue: name of the queue in the plan.
        """
        ...

    def value(self, metric: Metric, since: datetime) -> float | None:
        """A metric by name since then; None when it exists and has no value in that time.

        Raises:
            AdapterError: `not-found` when there is no such metric.
        """
        ...
