"""Addresses that follow from a plan. Never here: a request."""

from plan.model import Plan
from plan.source import HttpTrigger
from plan.traffic import Route53Router, TrafficManagerRouter


def http_apis(plan: Plan) -> list[str]:
    """Ids of the HTTP APIs in front of the source's functions, each once, in the plan's order."""
    triggers = [trigger for function in plan.source.functions for trigger in function.triggers]
    return list(dict.fromkeys(trigger.api for trigger in triggers if isinstance(trigger, HttpTrigger)))


def clients_address(plan: Plan) -> str:
    """Address that clients use, without a trailing slash."""
    traffic = plan.traffic
    if plan.checks.front_door:
        return plan.checks.front_door.rstrip("/")
    if isinstance(traffic, Route53Router | TrafficManagerRouter):
        return f"https://{traffic.record}"
    return f"https://{http_apis(plan)[0]}.execute-api.{plan.source.region}.amazonaws.com"
