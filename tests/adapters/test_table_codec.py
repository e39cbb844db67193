"""The encoding of DynamoDB items in Azure tables loses nothing."""

import json
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.errors import AdapterError
from adapters.states.dynamodb_values import Item, compact, item_to_json, number_text, same
from adapters.states.table_codec import decode, encode, size
from adapters.states.table_keys import KeySchema
from tests.adapters.dynamodb_items import items, number_texts, text

KEY = ("p", "")


def through_json(entity: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(json.dumps(entity)))


@settings(deadline=None)
@given(items)
@example({f"a{n:03}": {"N": str(n)} for n in range(200)})
@example({"long": {"S": "x" * 40_000}, "wide": {"S": "\U0001f600" * 30_000}, "bytes": {"B": bytes(70_000)}})
@example({"a-b": {"S": "é" * 100_000}})
def test_what_is_decoded_is_what_was_encoded(item: dict[str, Any]) -> None:
    entity = encode(item, KEY)
    assert same(decode(through_json(entity)), item)
    own = [name for name in entity if "@" not in name]
    assert len(own) <= 254
    assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,254}", name) for name in own)
    assert all(len(str(entity[name]).encode("utf-16-le")) <= 65_536 for name in own if name + "@odata.type" not in entity)


def test_a_migrated_app_finds_the_documented_form() -> None:
    item: Item = {
        "id": {"S": "a/1"},
        "total": {"N": "1.50E1"},
        "gift": {"BOOL": False},
        "document": {"B": b"\x00\xff"},
        "coupon": {"NULL": True},
        "tags": {"SS": ["b", "a"]},
        "lots": {"NS": ["10", "9.0"]},
        "delivery": {"M": {"z": {"L": []}, "a": {"B": b"\x01"}}},
        "line-count": {"N": "3"},
    }
    assert encode(item, KeySchema([("id", "S")]).to_table(item)) == {
        "PartitionKey": "a%2F1", "RowKey": "", "id": "a/1", "total": "15", "total__dynamodb": "N", "gift": False,
        "document": "AP8=", "document@odata.type": "Edm.Binary", "coupon": '{"NULL":true}', "coupon__dynamodb": "JSON",
        "tags": '{"SS":["a","b"]}', "tags__dynamodb": "JSON", "lots": '{"NS":["9","10"]}', "lots__dynamodb": "JSON",
        "delivery": '{"M":{"a":{"B":"AQ=="},"z":{"L":[]}}}', "delivery__dynamodb": "JSON",
        "_dynamodb_rest": '{"line-count":{"N":"3"}}', "_dynamodb_rest__dynamodb": "JSON",
    }  # fmt: skip


def test_native_types_of_an_app_that_knows_no_companions_decode_sensibly() -> None:
    entity = {
        "PartitionKey": "p", "RowKey": "", "Timestamp": "2026-01-01T00:00:00Z", "odata.etag": "x",
        "small": 7, "big": "9007199254740993", "big@odata.type": "Edm.Int64", "exact": 0.1, "huge": 1e300,
        "when": "2026-01-01T00:00:00Z", "when@odata.type": "Edm.DateTime", "who": "0b1e", "who@odata.type": "Edm.Guid",
        "nan": "NaN", "nan@odata.type": "Edm.Double", "none": None, "was_number__dynamodb": "N", "was_number": 5,
    }  # fmt: skip
    assert decode(entity) == {
        "small": {"N": "7"}, "big": {"N": "9007199254740993"}, "exact": {"N": "0.1"}, "huge": {"S": "1e+300"},
        "when": {"S": "2026-01-01T00:00:00Z"}, "who": {"S": "0b1e"}, "nan": {"S": "NaN"}, "was_number": {"N": "5"},
    }  # fmt: skip


def test_an_entity_that_would_be_too_large_is_refused_with_its_key() -> None:
    item = {"id": {"S": "large-one"}, "body": {"S": '"' * 390_000}}
    with pytest.raises(AdapterError, match="large-one") as caught:
        encode(item, ("large-one", ""))
    assert caught.value.code == "invalid"
    assert "claim check" in caught.value.mend


def test_the_largest_item_of_plain_text_fits() -> None:
    assert size(encode({"body": {"S": "x" * 400_000}}, KEY)) < 1024 * 1024


@settings(deadline=None)
@given(
    st.one_of(text.map(lambda t: {"S": t}), number_texts().map(lambda n: {"N": n}), st.binary().map(lambda b: {"B": b})), text
)
def test_keys_come_back_and_hold_no_forbidden_character(partition: dict[str, Any], sort: str) -> None:
    schema = KeySchema([("p", next(iter(partition))), ("s", "S")])
    item = {"p": partition, "s": {"S": sort}}
    key = schema.to_table(item)
    assert same(schema.from_table(key), item)
    assert not re.search("[/\\\\#?\x00-\x1f\x7f-\x9f]", "".join(key))


def test_keys_that_no_item_can_have_are_told() -> None:
    assert KeySchema([("n", "N")]).from_table(("1.0", "")) is None
    assert KeySchema([("n", "N")]).from_table(("one", "")) is None
    assert KeySchema([("b", "B")]).from_table(("!", "")) is None
    assert KeySchema([("s", "S")]).from_table(("a", "b")) is None
    assert KeySchema([("s", "S")]).from_table(("a%41", "")) is None


def test_a_key_longer_than_azure_allows_is_refused() -> None:
    with pytest.raises(AdapterError, match="longer than the 512"):
        KeySchema([("id", "S")]).to_table({"id": {"S": "k" * 513}})


@pytest.mark.parametrize("written", ["1", "1.0", "1E0", "10e-1", "+1"])
def test_a_number_has_one_text(written: str) -> None:
    assert number_text(written) == "1"
    assert number_text("-0.000") == "0"


def test_sets_and_numbers_compare_by_value() -> None:
    one: Item = {"a": {"NS": ["1", "2"]}, "b": {"BS": [b"x", b"y"]}}
    other: Item = {"b": {"BS": [b"y", b"x"]}, "a": {"NS": ["2.0", "1"]}}
    assert same(one, other)
    assert compact(item_to_json(one)) == compact(item_to_json(other))
    assert not same(one, {"a": {"SS": ["1", "2"]}, "b": one["b"]})


def test_an_entity_against_the_encoding_is_refused_with_its_key() -> None:
    with pytest.raises(AdapterError, match="odd-one") as caught:
        decode({"PartitionKey": "odd-one", "RowKey": "", "n": "many", "n__dynamodb": "N"})
    assert caught.value.code == "invalid"
