"""State that moves: tables, buckets, queues, secrets."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from plan.fields import Duration, HttpUrl, Name, Part


class TableStore(Part):
    """A DynamoDB table copied to an Azure table."""

    kind: Literal["dynamodb-to-table"]
    name: Name
    source_table: Name
    target_endpoint: HttpUrl
    """Table service URL of the storage account."""
    target_table: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{2,62}$")]
    shards: Annotated[int, Field(ge=1, le=200)] = 4
    unexplained_differences: Annotated[int, Field(ge=0)] = 0


class BucketStore(Part):
    """An S3 bucket copied to a blob container."""

    kind: Literal["s3-to-blob"]
    name: Name
    source_bucket: Name
    target_endpoint: HttpUrl
    """Blob service URL of the storage account."""
    target_container: Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$")]
    prefix: str = ""
    shards: Annotated[int, Field(ge=1, le=200)] = 4
    unexplained_differences: Annotated[int, Field(ge=0)] = 0


Store = Annotated[TableStore | BucketStore, Field(discriminator="kind")]


class QueueMove(Part):
    """An SQS queue whose messages Azure takes over."""

    name: Name
    source_queue: Name
    target_endpoint: HttpUrl
    """Queue service URL of the storage account."""
    target_queue: Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$")]
    leftover: Literal["drain", "move"] = "drain"
    """drain: AWS works the queue off before its consumer stops; move: what is left is carried to the Azure queue."""
    settle: Duration = timedelta(seconds=5)
    """How long the queue must stay empty to count as drained."""


class State(Part):
    """All the state that moves."""

    stores: list[Store] = []
    queues: list[QueueMove] = []


class Secret(Part):
    """A secret copied to Key Vault and referenced by an app setting; its value never leaves the copying activity."""

    source: Name
    """Name or ARN in Secrets Manager."""
    target_vault: HttpUrl
    target_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,127}$")]
    setting: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
    """App setting that becomes a Key Vault reference."""
