"""The AWS side of a plan: the functions that move and what triggers them."""

from typing import Annotated, Literal

from pydantic import Field

from plan.fields import Name, Part


class HttpTrigger(Part):
    """An API Gateway HTTP API in front of the function."""

    type: Literal["http"] = "http"
    """An HTTP API."""
    api: Name
    """Id of the HTTP API."""


class QueueTrigger(Part):
    """An SQS queue that feeds the function through an event source mapping."""

    type: Literal["queue"] = "queue"
    """A queue."""
    queue: Name
    """Name of the queue; it must also stand under `state.queues`."""


class ScheduleTrigger(Part):
    """An EventBridge rule that fires on a schedule."""

    type: Literal["schedule"] = "schedule"
    """A schedule."""
    rule: Name
    """Name of the rule on the default event bus."""


class BucketTrigger(Part):
    """S3 event notifications of a bucket."""

    type: Literal["bucket"] = "bucket"
    """Objects that appear or go."""
    bucket: Name
    """Name of the bucket."""


Trigger = Annotated[HttpTrigger | QueueTrigger | ScheduleTrigger | BucketTrigger, Field(discriminator="type")]


class SourceFunction(Part):
    """One Lambda function that moves."""

    name: Name
    """Name of the Lambda function."""
    code_sha256: str | None = None
    """Code hash, as Lambda reports it, that the Azure package was built from; without it: what runs at the start of the run."""
    triggers: list[Trigger]
    """What invokes it; empty for a function that only others call."""


class Source(Part):
    """The AWS account and the functions in it."""

    account: Annotated[str, Field(pattern=r"^\d{12}$", examples=['"123456789012" (in quotes)'])]
    """Twelve-digit id of the AWS account."""
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", examples=["eu-west-1"])]
    """AWS region of everything that moves."""
    role_arn: (
        Annotated[
            str, Field(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/.+$", examples=["arn:aws:iam::123456789012:role/dayzero"])
        ]
        | None
    ) = None
    """Role that the agent assumes with its managed identity; without it: the default credentials of the process."""
    web_identity_audience: str = "api://AzureADTokenExchange"
    """Audience of the token that is exchanged for the role's credentials."""
    functions: Annotated[list[SourceFunction], Field(min_length=1)]
    """The Lambda functions that move."""
    maintenance_function: Name | None = None
    """Lambda function that answers in place of the workload while the window is open; without it: callers are throttled."""
