"""Parity: which requests are sent to both sides before any client moves, and what may differ between their answers.

Lives here: the plan's part. Never here: comparing answers (activities/parity.py).
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from plan.fields import Part


class MirroredRequest(Part):
    """One request that goes to both sides; `{run}` stands for the run id."""

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    """HTTP method; any but GET and HEAD needs `mirror: true`."""
    path: Annotated[str, Field(pattern=r"^/", examples=["/orders?limit=20"])]
    """Path and query, below each side's base URL."""
    headers: dict[str, str] = {}
    """Headers that are sent; never secrets."""
    body: JsonValue = None
    """JSON that is sent."""
    mirror: bool = False
    """Confirms that the request may be made three times or more: twice or more of AWS, at least once of Azure."""


class Sample(Part):
    """Requests for real rows: ids are taken from the answer of AWS to a list request."""

    path: Annotated[str, Field(pattern=r"^/", examples=["/orders?limit=20"])]
    """The list request, a GET."""
    items: str = ""
    """Field of the answer that holds the list, with dots into the depth; empty: the answer is the list."""
    id: str = "id"
    """Field of an item that holds its id; empty: the item is the id."""
    each: Annotated[str, Field(pattern=r"^/.*\{id\}", examples=["/orders/{id}"])]
    """The GET request for each item; `{id}` stands for its id."""
    count: Annotated[int, Field(ge=1, le=1000)] = 20
    """How many items are asked for, spread over the list."""


class Parity(Part):
    """Proof that both sides answer alike: safe requests go to AWS, to Azure, and to AWS again.

    What differs between the two answers of AWS is noise and is not compared. A difference is looked at three times.
    """

    requests: list[MirroredRequest] = []
    """Requests that are compared; without any, and without samples, nothing is."""
    samples: list[Sample] = []
    """Real rows that are compared."""
    headers: list[str] = ["content-type", "cache-control", "content-language", "content-disposition", "location", "set-cookie"]
    """Headers that matter; of cookies the names only."""
    ignore: list[Annotated[str, Field(pattern=r"^(status|headers|body|cookies)\b", examples=["body.orders[].updated"])]] = []
    """Places that may differ, with everything below them; `[]` stands for any item of a list."""
    allow: Annotated[int, Field(ge=0)] = 0
    """How many requests may be answered differently."""
    rate: Annotated[float, Field(gt=0, le=1000)] = 10.0
    """Requests a second at most, both sides together."""
    show: bool = False
    """Show the values that differ; without it only their types and lengths, as they may be personal data."""
    canary: bool = False
    """Send the canary of `validation` through AWS, too, queue included, and remove it by `cleanup`."""
