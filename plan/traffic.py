"""How clients are sent to one side or the other, and which Azure functions take over which trigger."""

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from plan.fields import Duration, HttpUrl, Name, Part

Weight = Annotated[int, Field(ge=1, le=100)]


class Routing(Part):
    """What every way of routing has: lifetimes, and the ramp of a zero-downtime migration."""

    through_source: ClassVar[bool] = False
    """Whether clients go on coming through AWS when Azure serves them, so that their way in there must stay open."""

    ttl: Duration = timedelta(seconds=60)
    """For how long clients may keep an answer while the migration goes on."""
    settle: Duration = timedelta(seconds=30)
    """Waited after the lifetime has run out, for clients that keep answers too long."""
    follow: Duration = timedelta(minutes=5)
    """For how long after that clients may still be seen to be sent otherwise than the weight says, before the step fails."""
    ramp: Annotated[list[Weight], Field(min_length=1, examples=[[5, 25, 50, 100]])] = [5, 25, 50, 100]
    """Zero downtime: percentages of clients that Azure serves, one after the other; the last is 100."""
    bake: Duration = timedelta(minutes=10)
    """Zero downtime: how long both sides are watched and compared at each weight."""
    quiet: Duration = timedelta(minutes=5)
    """Zero downtime: for how long AWS must have taken no request before its front door is closed; metrics are minutes late."""


class Route53Router(Routing):
    """Weighted Route 53 records, one for each side."""

    router: Literal["route53"]
    """Who routes: weighted records in Route 53."""
    zone: Name
    """Id of the hosted zone."""
    record: Name
    """Name that clients resolve, such as orders.example.com."""
    type: Literal["A", "AAAA", "CNAME"] = "CNAME"
    """Type of the two records."""
    source_id: Name = "aws"
    """SetIdentifier of the record that leads to AWS."""
    target_id: Name = "azure"
    """SetIdentifier of the record that leads to Azure."""


class TrafficManagerRouter(Routing):
    """An Azure Traffic Manager profile that routes by weight, with one endpoint for each side."""

    router: Literal["traffic-manager"]
    """Who routes: a weighted profile of Azure Traffic Manager in the target's subscription."""
    record: Name
    """Name that clients resolve: the profile's own, such as orders.trafficmanager.net, or one that is a CNAME of it."""
    profile: Name
    """Name of the profile, in the target's resource group."""
    source_endpoint: Name = "aws"
    """Name of the endpoint that leads to AWS."""
    target_endpoint: Name = "azure"
    """Name of the endpoint that leads to Azure."""


class HttpApiRouter(Routing):
    """The routes of the source's HTTP APIs, switched to Azure all at once; for callers that cannot change their address."""

    through_source = True
    router: Literal["http-api"]
    """Who routes: API Gateway; every HTTP API of the source's HTTP triggers is switched, each of its routes at once."""
    ttl: Duration = timedelta(0)
    """Clients keep no answer of this router."""
    settle: Duration = timedelta(seconds=10)
    """Waited after a switch, for gateways that still act on what they knew."""
    ramp: Annotated[list[Weight], Field(min_length=1, examples=[[100]])] = [100]
    """[100]: this router knows all or nothing."""


class AliasedFunction(Part):
    """A Lambda function and the alias of it that everybody calls."""

    name: Name
    """Name of the Lambda function; it must stand under `source.functions`."""
    alias: Name = "live"
    """Name of the alias. It must exist, and nobody may call the function without it."""


class LambdaAliasRouter(Routing):
    """Weights of Lambda aliases; a generated version of the function, the forwarder, takes Azure's share there."""

    through_source = True
    router: Literal["lambda-alias"]
    """Who routes: Lambda, between the function's own version and a version of it that forwards to Azure."""
    functions: Annotated[list[AliasedFunction], Field(min_length=1)]
    """The functions whose callers are moved."""
    events: HttpUrl | None = None
    """Address on Azure that takes events which are no HTTP requests, as JSON; without it: such events are refused."""
    key_secret: Name | None = None
    """Secret in AWS Secrets Manager that holds a function key of the Azure app, sent as `x-functions-key`; none without it."""
    ttl: Duration = timedelta(0)
    """Clients keep no answer of this router."""
    settle: Duration = timedelta(seconds=10)
    """Waited after a change of weights, for hosts of Lambda that still act on the old ones."""


Traffic = Annotated[Route53Router | TrafficManagerRouter | HttpApiRouter | LambdaAliasRouter, Field(discriminator="router")]


class Mapping(Part):
    """Which Azure functions take over one trigger of one Lambda function."""

    function: Name
    """Name of the Lambda function."""
    trigger: Literal["http", "queue", "schedule", "bucket"]
    """Which of its triggers."""
    to: Annotated[list[Name], Field(min_length=1)]
    """Names of the Azure functions; only HTTP needs several."""
    ncrontab: str | None = None
    """For a schedule: the six-field expression of the Azure timer, compared with the rule's own firings."""
