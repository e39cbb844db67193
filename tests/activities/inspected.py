"""A workload in which nothing is found, and ports that tell it; tests say what is otherwise.

Lives here: facts as the services give them. Never here: a limit.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from activities.step import Done, Failed, Verdict
from activities.steps.inspect_workload import InspectWorkload
from adapters.errors import AdapterError, NotFound
from adapters.observing import Metric
from adapters.records import Json, QueueRules
from plan.model import Plan
from tests.activities.small_world import Settings, work
from tests.plan.plans import data

GROUP = "/subscriptions/s/resourceGroups/orders/providers"
FARM = f"{GROUP}/Microsoft.Web/serverfarms/orders-plan"
SITE = f"{GROUP}/Microsoft.Web/sites/orders-func"


def farm(sku: str) -> Json:
    return {"id": FARM, "type": "Microsoft.Web/serverfarms", "name": "orders-plan", "sku": {"name": sku}}


def site(app_settings: Mapping[str, str] | None = None, **properties: Any) -> Json:
    pairs = [{"name": name, "value": value} for name, value in (app_settings or {}).items()]
    told = {"serverFarmId": FARM, "siteConfig": {"appSettings": pairs}} | properties
    return {
        "id": SITE,
        "type": "Microsoft.Web/sites",
        "name": "orders-func",
        "kind": "functionapp,linux",
        "properties": told,
    }


@dataclass
class Workload:
    """What the ports tell; a value that is an error is raised."""

    timeouts: dict[str, int] = field(default_factory=dict)
    reserved: dict[str, int] = field(default_factory=dict)
    variables: list[str] = field(default_factory=list)
    responses: list[str] = field(default_factory=list)
    measured: dict[str, float | Exception] = field(default_factory=dict)
    rules: QueueRules = field(default_factory=lambda: QueueRules(32_768, 60, 5))
    host: Json = field(default_factory=lambda: {"extensions": {"queues": {"visibilityTimeout": "00:00:30"}}})
    routes: list[Json] = field(default_factory=list)
    foreseen: list[Json] | Exception = field(default_factory=lambda: [farm("FC1"), site()])
    settings: dict[str, str] | None = None
    objects: tuple[int, int] = (0, 0)
    ahead: dict[str, float] = field(default_factory=dict)
    package: str | None = ""
    asked: list[str] = field(default_factory=list)

    def function(self, name: str) -> Json:
        allowed, reserved = self.timeouts.get(name, 20), self.reserved.get(name)
        return {"timeout_seconds": allowed, "reserved_concurrency": reserved, "environment_names": self.variables}

    def mapping(self, _name: str) -> list[Json]:
        return [{"uuid": "1", "settings": {"FunctionResponseTypes": self.responses}}]

    def value(self, metric: Metric, since: datetime) -> float | None:
        name = f"{metric.name} {' '.join(metric.dimensions.values())}"
        self.asked.append(name)
        found = self.measured.get(name)
        if found is None:
            raise NotFound(f"no metric {name}")
        if isinstance(found, Exception):
            raise found
        return found

    def looked(self, plan: Plan | None = None) -> Verdict:
        """What the step says."""
        clocks = {side: SimpleNamespace(ahead=lambda it=side: self.ahead.get(it, 0.0)) for side in ("source", "target")}
        text = json.dumps(self.host) if self.package == "" else self.package
        store = SimpleNamespace(count=lambda: self.objects)
        return InspectWorkload().verify(
            work(
                plan=plan,
                functions=SimpleNamespace(snapshot=self.function),
                mappings=SimpleNamespace(snapshot=self.mapping),
                observers={"source": self},
                queues=SimpleNamespace(rules=lambda _name: self.rules),
                front_door=SimpleNamespace(snapshot=lambda _api: {"routes": self.routes}),
                infrastructure=SimpleNamespace(foreseen=lambda *_given: _or_raised(self.foreseen)),
                package=SimpleNamespace(read=lambda *_given: text),
                app=Settings(self.settings),
                stores={"orders": store, "receipts": store},
                clocks=clocks,
            ),
            {},
        )

    def found(self, plan: Plan | None = None) -> list[tuple[str, str, str]]:
        """Name, place and weight of all that is found."""
        verdict = self.looked(plan)
        assert isinstance(verdict, Done | Failed)
        told = [*verdict.evidence.get("refused", []), *verdict.evidence["warnings"]]
        return [(one["id"], one["about"], one["weight"]) for one in told]


def planned(**changes: Any) -> Plan:
    """The sample's plan without acceptances, with these fields instead."""
    return Plan.model_validate(data() | {"accepted_findings": []} | changes)


def denied(what: str) -> AdapterError:
    return AdapterError("denied", f"{what} may not be read", "Grant it.")


def _or_raised(found: Any) -> Any:
    if isinstance(found, Exception):
        raise found
    return found
