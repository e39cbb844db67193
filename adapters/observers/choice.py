"""Which service counts for each side of a plan."""

from collections.abc import Mapping

import boto3

from adapters.azure.clients import AzureClients, azure_credential
from adapters.lazy import Workshop
from adapters.observers.azure_monitor import AzureMonitorObserver
from adapters.observers.cloudwatch import CloudWatchObserver
from adapters.observers.monitor_data import AUDIENCE, MonitorData
from adapters.observing import Observer, Side
from adapters.states.queue_client import QueueClient
from plan.model import Plan


def build_observers(
    plan: Plan, shop: Workshop, session: boto3.Session, clients: AzureClients, environment: Mapping[str, str]
) -> dict[Side, Observer]:
    """CloudWatch for the source, Azure Monitor for the target.

    Args:
        plan: what moves.
        shop: makes them when they are first used.
        session: in the source's region.
        clients: of the target's subscription.
        environment: DAYZERO_METRICS_ENDPOINT and DAYZERO_METRICS_AUDIENCE, for other clouds than the public one.
    """
    return {
        "source": shop.lazy(lambda: _source(plan, session)),
        "target": shop.lazy(lambda: _target(plan, clients, environment)),
    }


def _source(plan: Plan, session: boto3.Session) -> Observer:
    behind = {
        function.name: [trigger.api for trigger in function.triggers if trigger.type == "http"]
        for function in plan.source.functions
    }
    served = [name for name, apis in behind.items() if apis] or list(behind)
    queues = {queue.name: queue.source_queue for queue in plan.state.queues}
    return CloudWatchObserver(session, served, sorted({api for apis in behind.values() for api in apis}), queues)


def _target(plan: Plan, clients: AzureClients, environment: Mapping[str, str]) -> Observer:
    endpoint = environment.get("DAYZERO_METRICS_ENDPOINT", "").rstrip("/") or None
    audience = environment.get("DAYZERO_METRICS_AUDIENCE", AUDIENCE)
    queues = {
        queue.name: QueueClient(queue.target_endpoint, queue.target_queue, azure_credential()) for queue in plan.state.queues
    }
    app = f"{clients.group_id(plan.target.resource_group)}/providers/Microsoft.Web/sites/{plan.target.app}"
    data = MonitorData(clients, azure_credential(), endpoint, audience)
    return AzureMonitorObserver(data, app, plan.checks.metrics.application_insights, queues.__getitem__)
