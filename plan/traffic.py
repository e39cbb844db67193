"""How clients are sent to one side or the other, and which Azure functions take over which trigger."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from plan.fields import Duration, Name, Part

Weight = Annotated[int, Field(ge=1, le=100)]


class Routing(Part):
    """What every way of routing has: lifetimes, and the ramp of a zero-downtime migration."""

    ttl: Duration = timedelta(seconds=60)
    """For how long clients may keep an answer while the migration goes on."""
    settle: Duration = timedelta(seconds=30)
    """Waited after the lifetime has run out, for clients that keep answers too long."""
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
