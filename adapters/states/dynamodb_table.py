"""DynamoDB table to Azure table: the `StateStore` of tables."""

import boto3
from azure.core.credentials import TokenCredential


class DynamoTableStore:
    """A DynamoDB table and the Azure table that takes its place."""

    def __init__(
        self,
        *,
        name: str,
        session: boto3.Session,
        source_table: str,
        table_endpoint: str,
        target_table: str,
        credential: TokenCredential,
        shards: int,
    ) -> None:
        self.name, self.shards = name, shards
