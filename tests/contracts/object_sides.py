"""An S3 bucket and a blob container for the contract of StateStore."""

from typing import Any

import boto3
from azure.identity import DefaultAzureCredential
from azure.storage.blob import ContainerClient, ContentSettings

from adapters.ports import StateStore
from adapters.states.parallel import in_parallel
from adapters.states.s3_blob import S3BlobStore

PREFIX = "data/"


class ObjectSides:
    """An empty pair of a bucket and a container; what lies outside the prefix is none of the store's business."""

    several_pages = 110
    hard_keys: list[str] = ["a b+c&d=e", "ключ \U0001f600", "it's/deep//er", "100%", "dir/", "ends.", "q?x#y", "~*()!"]

    def __init__(self, blobs: str, name: str, shards: int = 3) -> None:
        session = boto3.Session(region_name="eu-west-1")
        self._s3: Any = session.client("s3")
        self._bucket = name
        self._s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        self._s3.put_object(Bucket=name, Key="outside", Body=b"x")
        credential = DefaultAzureCredential()
        self._container = ContainerClient(blobs, name, credential=credential)
        self.store: StateStore = S3BlobStore(
            name=name, session=session, source_bucket=name, prefix=PREFIX, blob_endpoint=blobs, container=name,
            credential=credential, shards=shards,
        )  # fmt: skip

    def shown(self, key: str) -> str:
        return PREFIX + key

    def put_source(self, key: str, content: int) -> None:
        self._s3.put_object(
            Bucket=self._bucket, Key=PREFIX + key, Body=b"\x00\xff" * content, ContentType="application/x-test; charset=utf-8",
            ContentEncoding="gzip", ContentLanguage="de", ContentDisposition='attachment; filename="a b.bin"',
            CacheControl=f"max-age={content}",
            Metadata={"orderid": str(content), "order-id": "a, b", "1st": "x", "_x002d_": "y"},
        )  # fmt: skip

    def delete_source(self, key: str) -> None:
        self._s3.delete_object(Bucket=self._bucket, Key=PREFIX + key)

    def put_target(self, key: str, content: int) -> None:
        self._container.upload_blob(
            PREFIX + key, b"\x00\xff" * content, overwrite=True,
            metadata={"orderid": str(content), "order_x002d_id": "a, b", "_x0031_st": "x", "_x005f_x002d_": "y"},
            content_settings=ContentSettings(
                content_type="application/x-test; charset=utf-8", content_encoding="gzip", content_language="de",
                content_disposition='attachment; filename="a b.bin"', cache_control=f"max-age={content}",
            ),
        )  # fmt: skip

    def delete_target(self, key: str) -> None:
        self._container.delete_blob(PREFIX + key)

    def fill_source(self, keys: list[str]) -> None:
        in_parallel(lambda key: self.put_source(key, 1), keys)

    def source(self) -> dict[str, Any]:
        found = {}
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=PREFIX):
            for one in page.get("Contents", []):
                got = self._s3.get_object(Bucket=self._bucket, Key=one["Key"])
                found[one["Key"].removeprefix(PREFIX)] = [
                    got["Body"].read(), got["ContentType"], got["ContentEncoding"], got["ContentLanguage"],
                    got["ContentDisposition"], got["CacheControl"], got["Metadata"],
                ]  # fmt: skip
        return found

    def target(self) -> dict[str, Any]:
        found = {}
        names = {"order_x002d_id": "order-id", "_x0031_st": "1st", "_x005f_x002d_": "_x002d_"}
        for blob in self._container.list_blobs(include=["metadata"]):
            settings = blob.content_settings
            content = self._container.download_blob(blob.name, decompress=False).readall()
            found[blob.name.removeprefix(PREFIX)] = [
                content, settings.content_type, settings.content_encoding, settings.content_language,
                settings.content_disposition, settings.cache_control,
                {names.get(name, name): value for name, value in (blob.metadata or {}).items()},
            ]  # fmt: skip
        return found

    def remove_source(self) -> None:
        self._s3.delete_object(Bucket=self._bucket, Key="outside")
        self._s3.delete_bucket(Bucket=self._bucket)


class NotifiedSides(ObjectSides):
    """The same pair, of which the replication is told by notifications; a piece takes 100 of them and lists a page besides."""

    several_pages = 330
