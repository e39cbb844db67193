"""How clients are sent to one side or the other, and how a side proves that it works."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from plan.fields import Duration, HttpUrl, Name, Part


class Route53Router(Part):
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
    ttl: Duration = timedelta(seconds=60)
    """Lifetime of the records while the migration goes on."""
    settle: Duration = timedelta(seconds=30)
    """Waited after the lifetime has run out, for resolvers that keep answers too long."""


class Probe(Part):
    """One request and what its answer must be; `{run}` stands for the run id."""

    name: Name
    """What the request is called in evidence and reports."""
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    """HTTP method."""
    path: Annotated[str, Field(pattern=r"^/", examples=["/health"])]
    """Path and query, below the side's base URL."""
    body: JsonValue = None
    """JSON that is sent."""
    status: list[int] = [200]
    """Statuses that count as a good answer."""
    expect: dict[str, JsonValue] = {}
    """Fields that the JSON answer must have with these values."""
    within: Duration = timedelta(seconds=30)
    """Asked again until the answer is right or this time has passed."""


class Checks(Part):
    """Proof that the target works, before and after clients use it."""

    health: Probe
    """A safe request; asked of the front door while clients are being switched."""
    validation: list[Probe] = []
    """Requests asked of the target before the cutover, in order; a queue round trip is a POST followed by a GET that waits."""
    cleanup: list[Probe] = []
    """Requests that remove what the validation created; asked whatever the outcome."""
    front_door: HttpUrl | None = None
    """Address that clients use; without it: https:// and the record."""


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
