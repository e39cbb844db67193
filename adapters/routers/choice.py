"""From a plan's routing to the router that does it. Never here: a call of a service."""

from collections.abc import Callable, Mapping

import boto3

from adapters.azure.clients import AzureClients
from adapters.ports import Router, Web
from adapters.routers.alias_weights import AliasWeights
from adapters.routers.api_routes import ApiRoutes
from adapters.routers.route53 import Route53Router
from adapters.routers.traffic_manager import TrafficManager
from adapters.routers.who_answers import WhoAnswers
from plan import traffic
from plan.addresses import clients_address
from plan.model import Plan


def build_router(
    plan: Plan,
    session: boto3.Session,
    clients: AzureClients,
    target_url: Callable[[], str],
    web: Web,
    environment: Mapping[str, str],
) -> Router:
    """The router that the plan names.

    Args:
        plan: what moves.
        session: of the source's account.
        clients: of the target's subscription.
        target_url: asked for the app's base URL when clients are sent there.
        web: asks the clients' address.
        environment: DAYZERO_NAME_SERVERS, by commas, for networks from which the zone's own cannot be reached.
    """
    servers = [one.strip() for one in environment.get("DAYZERO_NAME_SERVERS", "").split(",") if one.strip()]
    match plan.traffic:
        case traffic.Route53Router() as told:
            return Route53Router(session, told.zone, told.record, told.type, told.source_id, told.target_id, servers)
        case traffic.TrafficManagerRouter() as told:
            ends = told.source_endpoint, told.target_endpoint
            return TrafficManager(clients, plan.target.resource_group, told.profile, *ends, servers)
        case traffic.HttpApiRouter():
            triggers = [trigger for function in plan.source.functions for trigger in function.triggers]
            apis = dict.fromkeys(trigger.api for trigger in triggers if trigger.type == "http")
            return ApiRoutes(session, list(apis), target_url, _who(plan, web))
        case traffic.LambdaAliasRouter() as told:
            aliases = {one.name: one.alias for one in told.functions}
            return AliasWeights(session, aliases, target_url, _who(plan, web), told.events, told.key_secret)


def _who(plan: Plan, web: Web) -> WhoAnswers:
    health, says = plan.checks.health, plan.checks.target_says
    return WhoAnswers(web, health.method, clients_address(plan) + health.path, health.status, says)
