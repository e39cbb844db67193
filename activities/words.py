"""The facts of a plan that the words of steps speak of.

Lives here: placeholder names and their values. Never here: sentences; those stand in the steps.
"""

from activities.routing import routing_facts
from plan.fields import format_duration
from plan.model import Plan


def facts(plan: Plan) -> dict[str, str]:
    """Values for the placeholders in a step's words, from the plan alone."""
    triggers = [trigger for function in plan.source.functions for trigger in function.triggers]
    return {
        "workload": plan.workload,
        "account": plan.source.account,
        "region": plan.source.region,
        "functions": _names([function.name for function in plan.source.functions]),
        "apis": _names([trigger.api for trigger in triggers if trigger.type == "http"]),
        "rules": _names([trigger.rule for trigger in triggers if trigger.type == "schedule"]),
        "buckets": _names([trigger.bucket for trigger in triggers if trigger.type == "bucket"]),
        "queues": _names([queue.name for queue in plan.state.queues]),
        "settle": _names(sorted({format_duration(queue.settle) for queue in plan.state.queues})),
        "stores": _names([store.name for store in plan.state.stores]),
        "secrets": _names([secret.source for secret in plan.secrets]),
        "maintenance": plan.source.maintenance_function or "a throttling error",
        "app": plan.target.app,
        "group": plan.target.resource_group,
        "subscription": plan.target.subscription,
        "target_functions": _names(sorted({name for mapping in plan.mapping for name in mapping.to})),
        "dependencies": _names([dependency.name for dependency in plan.target.dependencies_in_aws]),
        "partners": _names(plan.target.outbound_probes),
        "domain": plan.target.domain.host_name if plan.target.domain else "no custom domain",
        **routing_facts(plan),
        "ttl": format_duration(plan.traffic.ttl),
        "dns_settle": format_duration(plan.traffic.settle),
        "quiet": format_duration(plan.traffic.quiet),
        "ladder": plan.state.ladder.table if plan.state.ladder else "none",
        "watch": format_duration(plan.state.ladder.watch) if plan.state.ladder else "no time",
        "bake": format_duration(plan.timing.bake),
        "ramp_bake": format_duration(plan.traffic.bake),
        "metric_gates": _names([gate.name or gate.kind for gate in plan.checks.metrics.gates]),
        "lag": format_duration(plan.timing.lag),
        "window": format_duration(plan.window.length),
        "firing_margin": format_duration(plan.state.ladder.firing_margin) if plan.state.ladder else "no time",
        "probes": _names([probe.name for probe in plan.checks.validation]),
        "health": f"{plan.checks.health.method} {plan.checks.health.path}",
    }


def _names(names: list[str]) -> str:
    return ", ".join(names) if names else "none"
