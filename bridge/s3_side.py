"""A bucket of S3 as a side of documents, changed under ETags.

Lives here: the calls. Never here: what a document is (documents.py).
Source: S3 "How to prevent object overwrites with conditional writes". Needs s3:GetObject, s3:PutObject and s3:DeleteObject on
the objects, and s3:ListBucket on the bucket: without it an object that is not there is told as forbidden.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from bridge import documents
from bridge.calls import AWS_LIMITS
from bridge.documents import PROPERTIES, Document
from bridge.side import Held

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_HEADERS = {name: "".join(word.capitalize() for word in name.split("_")) for name in PROPERTIES}
_CHANGED = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"}


class S3Side:
    """Args: session, and bucket."""

    def __init__(self, session: boto3.Session, bucket: str) -> None:
        self._bucket = bucket
        self._client: S3Client = session.client("s3", config=AWS_LIMITS)

    def digest(self, value: Document | None) -> str:
        return documents.digest(value)

    def read(self, key: str) -> Held[Document]:
        try:
            found: Any = self._client.get_object(Bucket=self._bucket, Key=key)
        except self._client.exceptions.NoSuchKey:
            return Held()
        told = {name: found.get(header) or "" for name, header in _HEADERS.items()}
        document = Document(found["Body"].read(), metadata=found["Metadata"], **told)
        return Held(document, documents.digest(document), found["ETag"])

    def write(self, key: str, value: Document | None, held: Held[Document]) -> bool:
        under: Any = {"IfNoneMatch": "*"} if held.value is None else {"IfMatch": held.tag}
        try:
            if value is not None:
                self._client.put_object(Bucket=self._bucket, Key=key, Body=value.content, **_told(value), **under)
            elif held.value is not None:
                self._client.delete_object(Bucket=self._bucket, Key=key, **under)
        except ClientError as error:
            if error.response["Error"]["Code"] in _CHANGED:
                return False
            raise
        return True

    def some(self, limit: int) -> list[Document]:
        listed = self._client.list_objects_v2(Bucket=self._bucket, MaxKeys=limit)
        return list(self._documents(listed))

    def iterate(self) -> Iterator[Document]:
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket):
            yield from self._documents(page)

    def _documents(self, page: Any) -> Iterator[Document]:
        read = (self.read(entry["Key"]).value for entry in page.get("Contents", []))
        return (document for document in read if document is not None)


def _told(document: Document) -> Any:
    headers = {header: getattr(document, name) for name, header in _HEADERS.items() if getattr(document, name)}
    return headers | {"Metadata": dict(document.metadata)}
