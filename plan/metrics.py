"""Metric gates: how both sides are compared at each weight of the ramp.

Lives here: what is compared and what is tolerated. Never here: the statistics (`activities/judging.py`).
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from plan.fields import Duration, Name, Part

_Rate = Annotated[float, Field(ge=0, lt=1)]
_INSIGHTS = "/subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Insights/components/NAME"
_Resource = Annotated[
    str, Field(pattern=r"^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/.+/[^/]+$", examples=[_INSIGHTS])
]
_Component = Annotated[
    str, Field(pattern=r"(?i)^/subscriptions/.+/microsoft\.insights/components/[^/]+$", examples=[_INSIGHTS])
]
Statistic = Literal["sum", "average", "minimum", "maximum", "count"]


class MetricGate(Part):
    """What all metric gates have."""

    name: Name | None = None
    """What the gate is called in evidence; without it: its kind."""
    dry: bool = False
    """Judged and recorded, but does not decide anything."""


class ErrorRate(MetricGate):
    """Server errors among clients' requests, as the clouds' services count them; judged by an exact test."""

    kind: Literal["error-rate"] = "error-rate"
    """Errors of clients' requests."""
    above: _Rate = 0.01
    """By how much the target's share of errors may be above the source's: 0.01 is one in a hundred."""


class ProbeErrors(MetricGate):
    """Wrong answers to the agent's own requests, which it asks of both sides at the same time; judged by an exact test."""

    kind: Literal["probe-errors"] = "probe-errors"
    """Wrong answers to probes."""
    above: _Rate = 0.01
    """By how much the target's share of wrong answers may be above the source's."""


class Latency(MetricGate):
    """Seconds that both sides take for the agent's own requests; judged by a test of two samples."""

    kind: Literal["latency"] = "latency"
    """Duration of probes."""
    ratio: Annotated[float, Field(ge=1)] = 1.5
    """How many times as long the target may take."""
    slack: Duration = timedelta(milliseconds=100)
    """How much longer the target may take in any case: what nobody notices is no reason to go back."""
    quantile: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Compare this quantile, such as 0.95; without it: whether answers take longer on the whole."""


class Throttles(MetricGate):
    """Requests that were turned away because there were too many."""

    kind: Literal["throttles"] = "throttles"
    """Throttled requests."""
    limit: Annotated[int, Field(ge=0)] = 0
    """How many of them the target may have at one weight."""


class QueueAge(MetricGate):
    """How long the oldest message of a queue waits, on either side."""

    kind: Literal["queue-age"] = "queue-age"
    """Age of the oldest message."""
    queue: Name
    """Name of a queue under `state.queues`."""
    limit: Duration
    """How old a message may become."""


class SourceMetric(Part):
    """A CloudWatch metric."""

    namespace: Name
    """Namespace, such as AWS/Lambda or one of your own."""
    name: Name
    """Name of the metric."""
    dimensions: dict[str, str] = {}
    """Dimensions, all of them: CloudWatch takes each combination for a metric of its own."""
    statistic: Statistic = "sum"
    """How the values of the time are drawn together."""


class TargetMetric(Part):
    """An Azure Monitor metric."""

    namespace: Name
    """Namespace, such as microsoft.web/sites, or that of custom metrics."""
    name: Name
    """Name of the metric in the REST API."""
    resource: _Resource | None = None
    """Id of the resource that has it; without it: the function app."""
    dimensions: dict[str, str] = {}
    """Only values with these dimensions."""
    statistic: Statistic = "sum"
    """How the values of the time are drawn together."""


class CustomMetric(MetricGate):
    """Any metric of either side, held against a limit or against the other side."""

    kind: Literal["custom"] = "custom"
    """A metric by name."""
    source: SourceMetric | None = None
    """The metric on AWS."""
    target: TargetMetric | None = None
    """The metric on Azure."""
    above: float | None = None
    """No side may have more than this."""
    below: float | None = None
    """No side may have less than this."""
    ratio: Annotated[float, Field(gt=0)] | None = None
    """How many times as much as the source the target may have."""


AnyGate = Annotated[
    ErrorRate | ProbeErrors | Latency | Throttles | QueueAge | CustomMetric,
    Field(discriminator="kind"),
]


class Metrics(Part):
    """Zero downtime: what both sides are compared by at each weight, and how sure the comparison must be."""

    gates: list[AnyGate] = [ErrorRate(), ProbeErrors(), Latency()]
    """What is compared."""
    alpha: Annotated[float, Field(gt=0, le=0.2)] = 0.01
    """Chance at most, for each gate and weight, that a target that is no worse than the source is taken for worse."""
    minimum: Annotated[int, Field(ge=1)] = 30
    """Requests of a side below which nothing is concluded."""
    extend: Annotated[int, Field(ge=0, le=2)] = 2
    """How often a bake that is inconclusive is lengthened by its own time before a person is asked."""
    decide_within: Duration = timedelta(hours=4)
    """How long a person is waited for; after that the run goes back."""
    pairs: Annotated[int, Field(ge=1, le=50)] = 5
    """Pairs of probes at each look (see `timing.poll`): each asks both sides the same at the same time."""
    application_insights: _Component | None = None
    """Id of the function app's Application Insights component, which then counts its requests; without it: the app itself.
    An app on the Flex Consumption plan does not count them, so it needs this."""
