"""State that moves: tables, buckets, queues, secrets."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from plan.fields import Duration, HttpUrl, Name, Part


class TableStore(Part):
    """A DynamoDB table copied to an Azure table."""

    kind: Literal["dynamodb-to-table"]
    """From DynamoDB to Table Storage."""
    name: Name
    """Name of the store in runbook and report."""
    source_table: Name
    """Name of the DynamoDB table."""
    target_endpoint: HttpUrl
    """Table service URL of the storage account."""
    target_table: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{2,62}$", examples=["orders"])]
    """Name of the Azure table: letters and digits."""
    shards: Annotated[int, Field(ge=1, le=200)] = 4
    """Parts that are copied side by side."""
    unexplained_differences: Annotated[int, Field(ge=0)] = 0
    """Items that may differ after the copy without stopping the run."""


class BucketStore(Part):
    """An S3 bucket copied to a blob container."""

    kind: Literal["s3-to-blob"]
    """From S3 to Blob Storage."""
    name: Name
    """Name of the store in runbook and report."""
    source_bucket: Name
    """Name of the S3 bucket."""
    target_endpoint: HttpUrl
    """Blob service URL of the storage account."""
    target_container: Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$", examples=["receipts"])]
    """Name of the container: small letters, digits and single hyphens."""
    prefix: str = ""
    """Only keys that begin with this; empty: all."""
    changes_queue: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,80}$", examples=["receipts-changes"])] | None = None
    """Name of an SQS queue that the run makes for the bucket's notifications, and deletes; without it: listings only."""
    shards: Annotated[int, Field(ge=1, le=200)] = 4
    """Parts that are copied side by side."""
    unexplained_differences: Annotated[int, Field(ge=0)] = 0
    """Items that may differ after the copy without stopping the run."""


Store = Annotated[TableStore | BucketStore, Field(discriminator="kind")]


class QueueMove(Part):
    """An SQS queue whose messages Azure takes over."""

    name: Name
    """Name of the queue in runbook and report."""
    source_queue: Name
    """Name of the SQS queue."""
    target_endpoint: HttpUrl
    """Queue service URL of the storage account."""
    target_queue: Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$", examples=["orders-queue"])]
    """Name of the Azure queue: small letters, digits and single hyphens."""
    leftover: Literal["drain", "move"] = "drain"
    """drain: AWS works the queue off before its consumer stops; move: what is left is carried to the Azure queue."""
    settle: Duration = timedelta(seconds=5)
    """How long the queue must stay empty to count as drained."""


class Ladder(Part):
    """Zero downtime: the migrated app uses the `bridge` library, which reads from a table who holds the truth.

    See docs/bridge.md: what the app has to do, and what each rung guarantees.
    """

    endpoint: HttpUrl
    """Table service URL of the storage account that holds the ladder's table; the app's own will do."""
    table: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{2,62}$", examples=["bridge"])] = "bridge"
    """Name of that table: letters and digits."""
    role_arn: str | None = None
    """Role in AWS that the app assumes with its own identity to reach the stores there; without it: its default credentials."""
    watch: Duration = timedelta(minutes=10)
    """How long reads of both stores are compared on rung `shadow` before Azure holds the truth."""
    firing_margin: Duration = timedelta(seconds=60)
    """Schedules change hands at least this far from any firing; EventBridge fires up to a minute late."""


class State(Part):
    """All the state that moves."""

    ladder: Ladder | None = None
    """How the app follows the state from AWS to Azure without a pause; needed for zero downtime, unused otherwise."""

    stores: list[Store] = []
    """Tables and buckets."""
    queues: list[QueueMove] = []
    """Queues, one for each queue trigger."""


class Secret(Part):
    """A secret copied to Key Vault and referenced by an app setting; its value never leaves the copying activity."""

    source: Name
    """Name or ARN in Secrets Manager."""
    target_vault: HttpUrl
    """URL of the Key Vault."""
    target_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,127}$", examples=["orders-signing-key"])]
    """Name of the secret there: letters, digits and hyphens."""
    setting: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", examples=["ORDERS_SIGNING_KEY"])]
    """App setting that becomes a Key Vault reference."""
