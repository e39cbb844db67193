"""What inspections go by: each fact of the two sides is asked for once, however many inspections want it.

Lives here: asking. Never here: a limit or a judgement. What is foreseen may hold secret values: only names are taken from it.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from activities.inspections import hosting
from adapters.errors import AdapterError, NotFound
from adapters.observing import Metric
from adapters.records import Json, QueueRules
from adapters.world import World
from plan.model import Plan

MEASURED = timedelta(days=14)
"""How far back is measured; what a workload does once a month may be older."""
_OVERRIDE = "AzureFunctionsJobHost__"
"""Settings with this prefix stand above host.json."""


class Facts:
    """Of one plan, at one moment; an error is remembered as well as an answer.

    Args:
        plan: what moves.
        world: its ports; nothing is changed there.
        now: until when is measured.
    """

    def __init__(self, plan: Plan, world: World, now: datetime) -> None:
        self.plan, self.world = plan, world
        self._since = now - MEASURED
        self._kept: dict[tuple[str, ...], Any] = {}

    def function(self, name: str) -> Json:
        """The function's snapshot."""
        return cast(Json, self._once(("function", name), lambda: self.world.functions.snapshot(name)))

    def mappings(self, name: str) -> list[Json]:
        """The function's event source mappings."""
        return cast(list[Json], self._once(("mappings", name), lambda: self.world.mappings.snapshot(name)))

    def queue(self, name: str) -> QueueRules:
        """How the source's queue treats messages."""
        return cast(QueueRules, self._once(("queue", name), lambda: self.world.queues.rules(name)))

    def longest(self, function: str) -> float | None:
        """Seconds that the function ran at most; None when nothing was measured."""
        found = self.most(Metric("AWS/Lambda", "Duration", "maximum", {"FunctionName": function}))
        return None if found is None else found / 1000

    def most(self, metric: Metric) -> float | None:
        """The metric of the source over the whole time; None when there is no such metric, or no value of it."""

        def ask() -> float | None:
            try:
                return self.world.observers["source"].value(metric, self._since)
            except NotFound:
                return None

        return cast(float | None, self._once((metric.namespace, metric.name, *metric.dimensions.values()), ask))

    def resources(self) -> list[Json]:
        """Resources of the target's group as they will be."""
        asked = self.plan.target.infrastructure
        template = asked.template
        return cast(
            list[Json],
            self._once(
                ("foreseen",), lambda: self.world.infrastructure.foreseen(template.url, template.sha256, asked.parameters)
            ),
        )

    def site(self) -> Json:
        """The function app as it will be; empty when neither the group nor the template has it."""
        return hosting.named(self.resources(), "Microsoft.Web/sites", self.plan.target.app)

    def tier(self) -> hosting.Tier | None:
        """The kind of hosting plan; None when that cannot be told."""
        return hosting.tier(self.site(), self.resources())

    def settings(self) -> dict[str, str]:
        """Names of the app's settings, now and as they will be, and where each comes from. Values are not given."""
        found = {one["name"]: "the template" for one in hosting.app_settings(self.site())}
        if self._once(("exists",), self.world.app.exists):
            found |= dict.fromkeys(self._once(("settings",), self.world.app.settings), "the app")
        return found | planned_settings(self.plan)

    def host(self, *path: str) -> Any:
        """A value of host.json, or of the setting that stands above it; None when neither says it."""
        settings = {
            **{one["name"]: one.get("value") for one in hosting.app_settings(self.site())},
            **_planned_values(self.plan),
        }
        over = settings.get(_OVERRIDE + "__".join(path))
        if over is not None:
            return over
        value: Any = self._once(("host",), self._read_host)
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def _read_host(self) -> Json:
        package = self.plan.target.package
        text = self.world.package.read(package.url, package.sha256, "host.json")
        try:
            found = json.loads(text or "")
        except ValueError as error:
            raise AdapterError(
                "invalid", "the package has no host.json at its top that can be read", "Build the package anew."
            ) from error
        return found if isinstance(found, dict) else {}

    def _once(self, key: tuple[str, ...], ask: Callable[[], Any]) -> Any:
        if key not in self._kept:
            try:
                self._kept[key] = ask()
            except AdapterError as error:
                self._kept[key] = error
        if isinstance(self._kept[key], AdapterError):
            raise self._kept[key]
        return self._kept[key]


def planned_settings(plan: Plan) -> dict[str, str]:
    """Names of settings that the run sets, and which part of the plan says so."""
    found = dict.fromkeys(plan.target.settings, "target.settings")
    for one in plan.target.dependencies_in_aws:
        found |= dict.fromkeys(one.settings, f"target.dependencies_in_aws ({one.name})")
    return found | {one.setting: "secrets" for one in plan.secrets}


def _planned_values(plan: Plan) -> dict[str, str]:
    values = dict(plan.target.settings)
    for one in plan.target.dependencies_in_aws:
        values |= one.settings
    return values
