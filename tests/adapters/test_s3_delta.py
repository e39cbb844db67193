"""What a listing does not tell: metadata, and objects whose ETag is no MD5."""

import io
import itertools
import os
import time
from typing import Any

import boto3
import pytest
from azure.identity import DefaultAzureCredential
from azure.storage.blob import ContainerClient

from adapters.states.object_transfer import Transfer
from adapters.states.s3_delta import S3DeltaReplication
from local.environment import Environment
from tests.contracts.object_sides import PREFIX, ObjectSides
from tests.contracts.store_sides import compare_all, copy_all

NUMBER = itertools.count()
LARGE = os.urandom(9 * 1024 * 1024)


class Pair:
    """A bucket, a container, and what S3 and Azure clients see of them."""

    def __init__(self, environment: Environment) -> None:
        name, blobs = f"delta{next(NUMBER)}", environment.variables()["TARGET_BLOBS"]
        session, credential = boto3.Session(region_name="eu-west-1"), DefaultAzureCredential()
        self.bucket, self.sides = name, ObjectSides(blobs, name)
        self.sides.store.prepare()
        self.s3: Any = session.client("s3")
        self.container = ContainerClient(blobs, name, credential=credential)
        self.replication = S3DeltaReplication(
            name="receipts", session=session, source_bucket=name, prefix=PREFIX, blob_endpoint=blobs, container=name,
            credential=credential,
        )  # fmt: skip

    def put_in_parts(self, key: str, content: bytes) -> None:
        self.s3.upload_fileobj(io.BytesIO(content), self.bucket, PREFIX + key)
        assert "-" in self.s3.head_object(Bucket=self.bucket, Key=PREFIX + key)["ETag"]

    def equal(self) -> bool:
        return all(comparison.equal for comparison in compare_all(self.sides.store))


@pytest.fixture
def pair(environment: Environment) -> Pair:
    return Pair(environment)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keys of objects that were looked at closely."""
    seen: list[str] = []
    original = Transfer.to_target

    def watched(self: Transfer, key: str, fresh: bool) -> int | None:
        seen.append(key.removeprefix(PREFIX))
        return original(self, key, fresh)

    monkeypatch.setattr(Transfer, "to_target", watched)
    return seen


def test_metadata_that_leaves_the_etag_as_it_is_arrives(pair: Pair) -> None:
    pair.sides.put_source("key", 1)
    copy_all(pair.sides.store)
    position = pair.replication.begin()
    before = pair.s3.head_object(Bucket=pair.bucket, Key=PREFIX + "key")["ETag"]
    pair.s3.copy_object(
        Bucket=pair.bucket, Key=PREFIX + "key", CopySource={"Bucket": pair.bucket, "Key": PREFIX + "key"},
        MetadataDirective="REPLACE", Metadata={"orderid": "2"},
    )  # fmt: skip
    assert pair.s3.head_object(Bucket=pair.bucket, Key=PREFIX + "key")["ETag"] == before
    delta = pair.replication.apply(position, 30)
    assert (delta.applied, delta.caught_up) == (1, True)
    assert pair.equal()


def test_objects_that_are_the_same_by_the_listings_are_not_looked_at(pair: Pair, looks: list[str]) -> None:
    pair.put_in_parts("in-parts", LARGE)
    pair.sides.fill_source(["one", "two"])
    copy_all(pair.sides.store)
    later = {"since": time.time() + 60, "pass": None}
    looks.clear()
    assert pair.replication.apply(later, 30).applied == 0
    assert looks == []
    pair.sides.put_source("two", 2)
    pair.put_in_parts("in-parts", LARGE[::-1])
    assert pair.replication.apply(later, 0).applied == 2
    assert set(looks) == {"two", "in-parts"}
    assert pair.equal()


def test_the_kept_etag_is_no_part_of_the_object(pair: Pair) -> None:
    pair.put_in_parts("in-parts", LARGE)
    copy_all(pair.sides.store)
    blob = pair.container.get_blob_client(PREFIX + "in-parts").get_blob_properties()
    assert set(blob.metadata) == {"dayzero_etag"}
    assert pair.equal()
    assert sum(piece.items for piece in copy_all(pair.sides.store)) == 0


def test_what_lies_outside_the_prefix_is_left_alone(pair: Pair) -> None:
    pair.container.upload_blob("elsewhere", b"x")
    position = pair.replication.begin()
    pair.sides.put_source("key", 1)
    assert pair.replication.apply(position, 30).applied == 1
    assert sorted(pair.container.list_blob_names()) == [PREFIX + "key", "elsewhere"]


def test_an_unfinished_pass_does_not_count_as_caught_up(pair: Pair) -> None:
    position = pair.replication.begin()
    pair.sides.put_source("key", 1)
    first = pair.replication.apply(position, 0)
    assert (first.applied, first.left) == (1, None)
    assert first.lag_seconds > 0
    second = pair.replication.apply(first.position, 0)
    assert (second.applied, second.left, second.lag_seconds) == (0, 0, 0.0)
