"""The four stores as sides, on MiniStack and Azurite: each pair keeps the same values, and notices who was faster."""

import os
import uuid
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

import boto3
import pytest
from azure.data.tables import TableServiceClient
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient

from bridge.aws import aws_session
from bridge.blob_side import BlobSide
from bridge.documents import Document
from bridge.dynamo_side import MOST_ATTRIBUTES, DynamoSide
from bridge.keys import key_text
from bridge.s3_side import S3Side
from bridge.side import Held, Side
from bridge.table_side import TableSide
from tests.adapters.aws_resources import Aws

ITEM: dict[str, Any] = {
    "id": "a/1?%", "n": Decimal("12345678901234567890.123456789012345678"), "whole": 7, "t": True, "nothing": None, "empty": "",
    "b": b"\x00\xff", "ss": {"x", "y"}, "ns": {Decimal("1"), Decimal("2.5")}, "bs": {b"a", b"b"}, "l": [1, {"y": b"z"}, []],
    "m": {"deep": {"er": [None, {"s"}]}}, "long": "é" * 40_000, "a-b.c": "a name that properties cannot have",
}  # fmt: skip
DOCUMENT = Document(
    b"{}", "application/json", {"order-id": "7", "kind": "receipt"}, cache_control="no-store", content_language="de"
)
SHAPES: dict[str, tuple[tuple[str, Literal["S", "N", "B"]], ...]] = {
    "": (("id", "S"),),
    "number": (("id", "N"),),
    "sorted": (("id", "S"), ("place", "N")),
    "binary": (("id", "B"), ("place", "S")),
}
"""Keys of tables: names and types of their attributes."""
SHAPE_OF: dict[int, str] = {}


@pytest.fixture(scope="session")
def make(credential: DefaultAzureCredential) -> Callable[[str], Side[Any]]:
    """Sides by name, each on an empty store."""
    unique = uuid.uuid4().hex[:8]

    def made(name: str) -> Side[Any]:
        session = aws_session(os.environ, credential)
        service, _, shape = name.partition("-")
        if service == "dynamo":
            key = SHAPES[shape]
            places: Any = [{"AttributeName": key[0][0], "KeyType": "HASH"}]
            places += [{"AttributeName": name, "KeyType": "RANGE"} for name, _ in key[1:]]
            session.client("dynamodb").create_table(
                TableName=f"sides-{shape}{unique}", BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in key],
                KeySchema=places,
            )  # fmt: skip
            return DynamoSide(session, f"sides-{shape}{unique}", *key)
        if name == "s3":
            where: Any = {"LocationConstraint": session.region_name}
            session.client("s3").create_bucket(Bucket=f"sides-{unique}", CreateBucketConfiguration=where)
            return S3Side(session, f"sides-{unique}")
        if service == "table":
            TableServiceClient(os.environ["TARGET_TABLES"], credential=credential).create_table(f"sides{shape}{unique}")
            sort_key = len(SHAPES[shape]) > 1
            return TableSide(os.environ["TARGET_TABLES"], f"sides{shape}{unique}", credential, sort_key=sort_key)
        BlobServiceClient(os.environ["TARGET_BLOBS"], credential=credential).create_container(f"sides{unique}")
        return BlobSide(os.environ["TARGET_BLOBS"], f"sides{unique}", credential)

    kept: dict[str, Side[Any]] = {}

    def known(name: str) -> Side[Any]:
        side = kept.setdefault(name, kept.get(name) or made(name))
        SHAPE_OF[id(side)] = name.partition("-")[2]
        return side

    return known


SIDES = [f"{service}-{shape}".rstrip("-") for service in ("dynamo", "table") for shape in SHAPES]


@pytest.fixture(params=[*SIDES, "s3", "blob"])
def side(request: pytest.FixtureRequest, make: Callable[[str], Side[Any]]) -> Side[Any]:
    return make(request.param)


def values(side: Side[Any]) -> tuple[str, Any, Any]:
    """A key, and two values."""
    if isinstance(side, DynamoSide | TableSide):
        text = f"a/1?% / {uuid.uuid4()}"
        own: dict[str, Any] = {"S": text, "N": Decimal(uuid.uuid4().int % 10**30), "B": text.encode()}
        keys = {name: own[kind] for name, kind in SHAPES[SHAPE_OF[id(side)]]}
        key, first = key_text(*keys.values()), ITEM | keys
        return key, first, {**{name: first[name] for name in first if name != "nothing"}, "n": Decimal("0.1"), "new": "x"}
    return f"a/{uuid.uuid4()}.json", DOCUMENT, replace(DOCUMENT, content=b"[]", metadata={"other": "1"})


def test_values_come_back_as_they_were(side: Side[Any]) -> None:
    key, one, two = values(side)
    assert side.read(key) == Held()
    for value in (one, two):
        assert side.write(key, value, side.read(key))
        found = side.read(key)
        assert (found.value, found.digest) == (value, side.digest(value))
    assert side.write(key, None, side.read(key))
    assert side.read(key) == Held()


def test_who_comes_late_is_refused(side: Side[Any]) -> None:
    key, one, two = values(side)
    third = one | {"n": 3} if isinstance(one, dict) else replace(one, content=b"3")
    absent = side.read(key)
    assert side.write(key, one, absent)
    assert not side.write(key, two, absent)
    old = side.read(key)
    assert side.write(key, two, old)
    assert not side.write(key, third, old)
    assert not side.write(key, None, old)
    assert side.read(key).value == two
    assert side.write(key, None, side.read(key))
    assert not side.write(key, third, old)
    assert not side.write(key, None, old)
    assert side.write(key, None, absent)


def test_all_values_are_listed(side: Side[Any]) -> None:
    key, one, _ = values(side)
    assert side.write(key, one, Held())
    assert one in list(side.iterate())
    assert len(side.some(1)) == 1


@pytest.mark.parametrize(("one", "other"), [*zip(SIDES[: len(SHAPES)], SIDES[len(SHAPES) :], strict=True), ("s3", "blob")])
def test_both_sides_of_a_pair_tell_the_same_digest(make: Callable[[str], Side[Any]], one: str, other: str) -> None:
    sides = [make(one), make(other)]
    key, first, second = values(sides[0])
    for value in (first, second):
        for side in sides:
            assert side.write(key, value, side.read(key))
        digests = {side.read(key).digest for side in sides}
        assert digests == {sides[0].digest(value)}


def test_true_and_one_are_not_the_same(make: Callable[[str], Side[Any]]) -> None:
    assert make("table").digest({"x": True}) != make("table").digest({"x": Decimal(1)})


def test_what_a_lambda_function_writes_meanwhile_is_not_overwritten(make: Callable[[str], Side[Any]], aws: Aws) -> None:
    side, client = make("dynamo"), boto3.client("dynamodb")
    key, one, _ = values(side)
    side.write(key, one, Held())
    held = side.read(key)
    where: Any = {"TableName": side._name, "Key": {"id": {"S": key}}}  # type: ignore[attr-defined]
    client.update_item(**where, UpdateExpression="SET extra = :x", ExpressionAttributeValues={":x": {"S": "of the function"}})
    assert side.write(key, one | {"empty": "full"}, held)
    assert side.read(key).value == one | {"empty": "full", "extra": "of the function"}
    assert not side.write(key, one | {"extra": "of the app"}, held)


def test_an_item_that_no_expression_can_hold_is_refused(make: Callable[[str], Side[Any]]) -> None:
    side, key = make("dynamo"), str(uuid.uuid4())
    for many in (MOST_ATTRIBUTES - 1, MOST_ATTRIBUTES):
        wide = {f"attribute{number}": number for number in range(many)} | {"id": key}
        side.write(key, None, side.read(key))
        side.write(key, wide, Held())
        held = side.read(key)
        if many < MOST_ATTRIBUTES:
            assert side.write(key, wide | {"attribute0": "changed"}, held)
        else:
            with pytest.raises(ValueError, match="141 attributes"):
                side.write(key, wide | {"attribute0": "changed"}, held)
            return


def test_the_copy_of_objects_leaves_a_mark_that_is_no_part_of_a_document(make: Callable[[str], Side[Any]]) -> None:
    side = make("blob")
    key, _, _ = values(side)
    side._container.upload_blob(key, b"{}", metadata={"dayzero_etag": "x", "order_x002d_id": "7"})  # type: ignore[attr-defined]
    found = side.read(key).value
    assert found is not None
    assert found.metadata == {"order-id": "7"}
