"""The routers of the contract suite, each on a service that behaves: MiniStack, or the ARM stand-in.

Lives here: making what a router routes with, and counting the changes that it sends. Never here: what a test expects, and the
clients' way in (`clients_ways.py`).
What is simulated: see each class.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.trafficmanager import TrafficManagerManagementClient

from adapters.azure.clients import AzureClients, azure_credential
from adapters.ports import Router
from adapters.routers.alias_weights import AliasWeights
from adapters.routers.api_routes import ApiRoutes
from adapters.routers.route53 import Route53Router
from adapters.routers.traffic_manager import TrafficManager
from local.environment import Environment
from tests.adapters.aws_resources import Aws, unique, weighted
from tests.contracts import clients_ways
from tests.contracts.clients_ways import NOBODY, who

GROUP = "orders"


@dataclass
class Side:
    """A router that sends nobody to the target yet.

    Args:
        router: as a plan's world has it.
        changes: names of the changes sent so far.
        missing: the same kind of router, each on something that does not exist, by what it is called.
        served: the same router while clients are served, so that they can be observed.
        deaf: the same router where clients get no answer.
        all_or_nothing: whether it knows 0 and 100 only.
        keeps_answers: whether clients keep its answers for the lifetime.
    """

    router: Router
    changes: Callable[[], list[str]]
    missing: dict[str, Router]
    served: Callable[[], AbstractContextManager[Router]]
    deaf: Router
    all_or_nothing: bool = False
    keeps_answers: bool = True


def route53(aws: Aws, _environment: Environment) -> Side:
    """Records are real, and INSYNC; look-ups are answered by a name server of ours, which reads the records."""
    zone = aws.zone(weighted("aws", 100), weighted("azure", 0))

    def on(zone: str, target: str = "azure", server: str = NOBODY) -> Router:
        return Route53Router(aws.session, zone, "orders.example.com", "CNAME", "aws", target, [server])

    missing = {"Z00000000": on("Z00000000"), "elsewhere": on(zone, "elsewhere")}
    served = partial(clients_ways.by_records, aws, zone, lambda server: on(zone, server=server))
    return Side(on(zone), lambda: aws.changes, missing, served, on(zone))


def traffic_manager(_aws: Aws, environment: Environment) -> Side:
    """The profile is kept and checked as the service does it; nobody probes endpoints; look-ups are answered as above."""
    clients, name = profile_clients(environment), unique("profile")
    make_profile(clients, name)
    sent = Sent()

    def on(profile: str, target: str = "azure", server: str = NOBODY) -> Router:
        return TrafficManager(clients, GROUP, profile, "aws", target, [server])

    missing = {"nowhere": on("nowhere"), "elsewhere": on(name, "elsewhere")}
    served = partial(clients_ways.by_profile, traffic_client(clients), GROUP, name, lambda server: on(name, server=server))
    return Side(on(name), sent.changes, missing, served, on(name))


def http_api(aws: Aws, environment: Environment) -> Side:
    """Routes and integrations are real, and really switch; of the answers' headers MiniStack keeps Content-Type only."""
    api = aws.http_api(aws.function("aws"))

    def on(api: str, azure: str = "https://azure.example.net/", url: str = f"http://{NOBODY}") -> Router:
        return ApiRoutes(aws.session, [api], lambda: azure, who(url), settle=0.0)

    url = f"{environment.endpoints.aws}/_aws/execute-api/{api}/$default/orders"
    served = partial(clients_ways.by_api, url, lambda azure, url: on(api, azure, url))
    missing = {"nosuchapi": on("nosuchapi")}
    return Side(on(api), lambda: aws.changes, missing, served, on(api), all_or_nothing=True, keeps_answers=False)


def lambda_alias(aws: Aws, _environment: Environment) -> Side:
    """Versions are really published, changed and invoked; MiniStack keeps weights but does not route by them: a server of ours
    chooses the version that a client gets."""
    name = aliased(aws, "aws")

    def on(name: str, alias: str = "live", azure: str = "https://azure.example.net/", url: str = f"http://{NOBODY}") -> Router:
        return AliasWeights(aws.session, {name: alias}, lambda: azure, who(url), settle=0.0)

    missing = {"nosuchfunction": on("nosuchfunction"), "nosuchalias": on(name, "nosuchalias")}
    served = partial(clients_ways.by_alias, aws, name, lambda azure, url: on(name, azure=azure, url=url))
    return Side(on(name), lambda: aws.changes, missing, served, on(name), keeps_answers=False)


SIDES = [route53, http_api, lambda_alias, traffic_manager]


def aliased(aws: Aws, says: str, **settings: Any) -> str:
    """Name of a new function whose alias `live` leads to its version 1."""
    name, client = aws.function(says, **settings), aws.client("lambda")
    version = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    return name


@dataclass
class Sent:
    """Requests that Azure's SDK clients sent since this was made, by method."""

    methods: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        heard = self

        class Listener(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                heard.methods += [line.split("'")[1] for line in record.getMessage().splitlines() if "method:" in line]

        logger = logging.getLogger("azure.core.pipeline.policies.http_logging_policy")
        logger.setLevel(logging.INFO)
        logger.addHandler(Listener())

    def changes(self) -> list[str]:
        return [method for method in self.methods if method != "GET"]


def profile_clients(environment: Environment) -> AzureClients:
    """Clients of the stand-in, with the group that profiles are made in."""
    azure_credential.cache_clear()
    variables = environment.variables()
    clients = AzureClients.of(variables["AZURE_SUBSCRIPTION_ID"], variables)
    groups = ResourceManagementClient(
        clients.credential, clients.subscription, clients.endpoint, credential_scopes=[clients.scope]
    ).resource_groups
    groups.create_or_update(GROUP, {"location": "westeurope"})
    return clients


def traffic_client(clients: AzureClients) -> Any:
    return TrafficManagerManagementClient(
        clients.credential, clients.subscription, clients.endpoint, credential_scopes=[clients.scope]
    )


def make_profile(clients: AzureClients, name: str, **changed: Any) -> None:
    """A weighted profile of two external endpoints; all clients go to `aws`."""
    endpoints = [endpoint("aws", "Enabled"), endpoint("azure", "Disabled")]
    properties = {
        "trafficRoutingMethod": "Weighted",
        "dnsConfig": {"relativeName": name, "ttl": 60},
        "monitorConfig": {"protocol": "HTTPS", "port": 443, "path": "/health"},
        "endpoints": endpoints,
    }
    body: Any = {"location": "global", "properties": properties | changed}
    traffic_client(clients).profiles.create_or_update(GROUP, name, body)


def endpoint(name: str, status: str, weight: int = 1) -> dict[str, Any]:
    """An external endpoint."""
    properties = {"target": f"{name}.example.net", "endpointStatus": status, "weight": weight}
    return {"name": name, "type": "Microsoft.Network/trafficManagerProfiles/externalEndpoints", "properties": properties}
