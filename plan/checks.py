"""How a side proves that it works: probes and where they are asked.

Lives here: requests and what their answers must be. Never here: who routes clients.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from plan.fields import Duration, HttpUrl, Name, Part
from plan.metrics import Metrics
from plan.parity import Parity


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
    target_says: Annotated[dict[str, JsonValue], Field(examples=[{"platform": "azure-functions"}])] = {}
    """Fields that the JSON answer to `health` has with these values when Azure gave it, and otherwise when AWS did. By them the
    routers `http-api` and `lambda-alias` see who answers clients."""
    validation: list[Probe] = []
    """Requests asked of the target before the cutover, in order; a queue round trip is a POST followed by a GET that waits."""
    cleanup: list[Probe] = []
    """Requests that remove what the validation created; asked whatever the outcome."""
    front_door: HttpUrl | None = None
    """Address that clients use; without it: https:// and the record."""
    source: HttpUrl | None = None
    """Where AWS itself answers, whoever clients are sent to; without it: the default endpoint of the first HTTP API."""
    metrics: Metrics = Metrics()
    """Zero downtime: what both sides are compared by at each weight of the ramp."""
    parity: Parity = Parity()
    """Zero downtime: requests that both sides must answer alike before any client moves."""
