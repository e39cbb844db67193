"""S3 bucket to blob container: the `StateStore` of objects."""

import boto3
from azure.core.credentials import TokenCredential


class S3BlobStore:
    """A bucket (or the part of it below a prefix) and the blob container that takes its place."""

    def __init__(
        self,
        *,
        name: str,
        session: boto3.Session,
        source_bucket: str,
        prefix: str,
        blob_endpoint: str,
        container: str,
        credential: TokenCredential,
        shards: int,
    ) -> None:
        self.name, self.shards = name, shards
