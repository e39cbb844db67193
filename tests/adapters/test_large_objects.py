"""Objects that go through in blocks, and those whose MD5 nobody knows beforehand."""

import hashlib
import io
import os
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobBlock, ContainerClient

from adapters.errors import AdapterError
from adapters.states.object_facts import Facts
from adapters.states.s3_blob import S3BlobStore
from local.environment import Environment
from tests.contracts.store_sides import compare_all, copy_all, write_back_all

LARGE = 21 * 1024 * 1024 + 7


@pytest.fixture(scope="module")
def pair(environment: Environment) -> tuple[Any, ContainerClient, S3BlobStore]:
    session, credential = boto3.Session(region_name="eu-west-1"), DefaultAzureCredential()
    s3, blobs = session.client("s3"), environment.variables()["TARGET_BLOBS"]
    s3.create_bucket(Bucket="large", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    store = S3BlobStore(
        name="large", session=session, source_bucket="large", prefix="", blob_endpoint=blobs, container="large",
        credential=credential, shards=1,
    )  # fmt: skip
    store.prepare()
    return s3, ContainerClient(blobs, "large", credential=credential), store


def test_a_large_object_arrives_whole_with_its_md5_and_in_bounded_memory(
    pair: tuple[Any, ContainerClient, S3BlobStore],
) -> None:
    s3, container, store = pair
    content = os.urandom(LARGE)
    s3.upload_fileobj(io.BytesIO(content), "large", "in-parts", ExtraArgs={"Metadata": {"a-b": "1"}})
    assert "-" in s3.head_object(Bucket="large", Key="in-parts")["ETag"]
    store.copy(0, None, 60)  # makes the connections, so that only the copying is measured next
    container.delete_blob("in-parts")
    tracemalloc.start()
    assert store.copy(0, None, 60).bytes == LARGE
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < LARGE
    blob = container.get_blob_client("in-parts").get_blob_properties()
    assert bytes(blob.content_settings.content_md5 or b"") == hashlib.md5(content, usedforsecurity=False).digest()
    assert container.download_blob("in-parts").readall() == content
    assert all(comparison.equal for comparison in compare_all(store))
    assert sum(done.items for done in copy_all(store)) == 0


def test_a_large_blob_without_md5_comes_back_whole(pair: tuple[Any, ContainerClient, S3BlobStore]) -> None:
    s3, container, store = pair
    copied = [comparison.source for comparison in compare_all(store)]
    cutover = datetime.now(UTC) - timedelta(seconds=1)
    content = os.urandom(LARGE)
    blob = container.get_blob_client("by-azure")
    for number in range(3):
        blob.stage_block(f"{number}", content[number * LARGE // 3 : (number + 1) * LARGE // 3])
    blob.commit_block_list([BlobBlock(f"{number}") for number in range(3)], metadata={"a_x002d_b": "2"})
    write_back_all(store, cutover, copied)
    back = s3.get_object(Bucket="large", Key="by-azure")
    assert back["Body"].read() == content
    assert back["Metadata"] == {"a-b": "2"}
    assert all(comparison.equal for comparison in compare_all(store))


def test_bytes_that_changed_on_the_way_are_refused(
    pair: tuple[Any, ContainerClient, S3BlobStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    s3, container, store = pair
    s3.put_object(Bucket="large", Key="damaged", Body=b"x")
    told = "adapters.states.s3_source.from_headers"
    monkeypatch.setattr(told, lambda *_, size, **__: Facts(size, "0" * 32))
    with pytest.raises(AdapterError, match="MD5"):
        store.copy(0, None, 60)
    assert not container.get_blob_client("damaged").exists()
    s3.delete_object(Bucket="large", Key="damaged")


def test_a_key_that_no_url_can_hold_is_refused_with_a_mend(pair: tuple[Any, ContainerClient, S3BlobStore]) -> None:
    s3, _, store = pair
    s3.put_object(Bucket="large", Key="a/../b", Body=b"x")
    with pytest.raises(AdapterError, match=r"a/\.\./b") as caught:
        store.copy(0, None, 60)
    assert caught.value.code == "invalid"
    s3.delete_object(Bucket="large", Key="a/../b")
