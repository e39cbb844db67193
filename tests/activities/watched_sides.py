"""Two sides to watch in a test: answers and counters that a test sets, and a bake that is played look by look.

Lives here: assembling. Never here: what a test expects.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from activities.step import Done, Failed, Verdict, Waiting
from activities.steps.judge_traffic import JudgeTraffic
from adapters.errors import AdapterError
from adapters.observing import Metric, Traffic
from adapters.ports import Web
from adapters.records import Answer, Json
from plan.model import Plan
from tests.activities.small_world import Remembered, work
from tests.plan.plans import example

SOURCE, TARGET = "https://aws.example.net", "https://azure.example.net"
RIGHT = Answer(200, seconds=0.1)
BUSY, BEFORE = Traffic(100, 0, 0), Traffic(1000, 500, 50)


def plan_with(**metrics: Any) -> Plan:
    """The sample's plan with a bake of ten minutes, both sides' addresses, and these settings of metrics."""
    plan = example()
    checks = plan.checks.model_copy(
        update={"source": SOURCE, "metrics": plan.checks.metrics.model_validate(plan.checks.metrics.model_dump() | metrics)}
    )
    traffic = plan.traffic.model_copy(update={"bake": timedelta(minutes=10)})
    return plan.model_copy(update={"checks": checks, "traffic": traffic})


@dataclass
class Side(Web):
    """What one side answers to probes, and what its service has counted."""

    answer: Answer = RIGHT
    each: Traffic = BUSY
    """What is added between two looks."""
    ages: dict[str, float] = field(default_factory=dict)
    values: dict[str, float | None] = field(default_factory=dict)
    error: AdapterError | None = None
    asked: list[str] = field(default_factory=list)
    total: Traffic = BEFORE
    """What it had counted in the minute before the bake."""

    def ask(self, method: str, url: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        self.asked.append(f"{method} {url}")
        return self.answer

    def traffic(self, _since: datetime) -> Traffic:
        if self.error:
            raise self.error
        found, add = self.total, self.each
        throttled = None if found.throttled is None or add.throttled is None else found.throttled + add.throttled
        self.total = Traffic(found.requests + add.requests, found.errors + add.errors, throttled)
        return found

    def latency(self, _since: datetime) -> Mapping[str, float]:
        return {"average": 0.1}

    def queue_age(self, queue: str) -> float:
        return self.ages[queue]

    def value(self, metric: Metric, _since: datetime) -> float | None:
        return self.values[metric.name]

    def base_url(self) -> str:
        return TARGET


class _Both(Web):
    def __init__(self, source: Side, target: Side) -> None:
        self._source, self._target = source, target

    def ask(self, method: str, url: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        return (self._source if url.startswith(SOURCE) else self._target).ask(method, url, body, headers)


class _Earlier(Remembered):
    """A record whose only evidence is that of the weight before."""

    def __init__(self, earlier: Json | None) -> None:
        super().__init__()
        self._earlier = earlier

    def evidence(self, _step: str) -> Any:
        return self._earlier


class Watch:
    """One line of `judge_traffic`, looked at once a minute.

    Args:
        plan: None: the sample's, with the default gates.
        earlier: evidence of the weight before.
    """

    def __init__(
        self, source: Side | None = None, target: Side | None = None, plan: Plan | None = None, earlier: Json | None = None
    ) -> None:
        self.source, self.target, self.plan = source or Side(), target or Side(), plan or plan_with()
        self.step = JudgeTraffic()
        self.promoted: Json | None = None
        self._record = _Earlier(earlier)
        self._minutes = count(1)
        self.did = self.step.do(self._work(0), {})

    def look(self) -> Verdict:
        """The next minute's look."""
        verdict = self.step.verify(self._work(next(self._minutes)), {})
        match verdict:
            case Waiting(_, remember):
                self.did = remember or self.did
            case Done(evidence) | Failed(evidence=evidence):
                self.did = evidence
        return verdict

    def looks(self, until: Callable[[Verdict], bool] = lambda verdict: not isinstance(verdict, Waiting)) -> list[Verdict]:
        """Looks until one is as asked, at most an hour."""
        return list(self._looks(until))

    def gate(self, name: str) -> Json:
        """What was said last about a gate."""
        found: Json = next(gate for gate in self.did["gates"] if gate["name"] == name)
        return found

    def _looks(self, until: Callable[[Verdict], bool]) -> Iterator[Verdict]:
        for _ in range(60):
            verdict = self.look()
            yield verdict
            if until(verdict):
                return

    def _work(self, minutes: float) -> Any:
        ports: Json = {"web": _Both(self.source, self.target), "app": self.target}
        ports["observers"] = {"source": self.source, "target": self.target}
        given = work(getattr(self, "did", None), self._record, 60.0 * minutes, self.plan, **ports)
        return replace(given, arguments={"weight": 25}, promoted=self.promoted)
