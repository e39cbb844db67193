"""The bridge's encoding of entities is the one that the copier of tables writes and reads."""

import base64
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings

from adapters.states.dynamodb_values import Item, same
from adapters.states.survey import shown
from adapters.states.table_codec import TYPE, decode, encode
from adapters.states.table_keys import KeySchema
from bridge.codec import from_entity, to_entity
from bridge.keys import dynamo_key, entity_key, key_text
from bridge.values import digest, typed
from tests.adapters.dynamodb_items import items

KEYS = KeySchema([("id", "S")])


def as_the_sdk_gives_it(entity: dict[str, Any]) -> dict[str, Any]:
    """The SDK decodes binary properties and hides the annotations."""
    binary = {name.removesuffix(TYPE) for name in entity if name.endswith(TYPE)}
    shown = {name: content for name, content in entity.items() if not name.endswith(TYPE)}
    return {name: base64.b64decode(content) if name in binary else content for name, content in shown.items()}


def as_the_service_keeps_it(entity: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, content in entity.items():
        kept[name] = base64.b64encode(content).decode() if isinstance(content, bytes) else content
        kept |= {name + TYPE: "Edm.Binary"} if isinstance(content, bytes) else {}
    return kept


@settings(deadline=None)
@given(items)
@example({"long": {"L": [{"S": "x" * 40_000}]}, "wide": {"S": "\U0001f600" * 30_000}, "bytes": {"B": bytes(70_000)}})
@example({"a-b": {"S": "é" * 100_000}})
@example({f"n{number}": {"N": "1"} for number in range(300)})
def test_the_app_reads_what_was_copied_and_the_copier_reads_what_the_app_writes(item: Item) -> None:
    whole = {**item, "id": {"S": "a/1?%"}}
    attributes = from_entity(as_the_sdk_gives_it(encode(whole, KEYS.to_table(whole))))
    written = to_entity("a/1?%", attributes)
    assert same(decode(as_the_service_keeps_it(written)), whole)
    assert len(written) - 2 <= 252
    assert digest(from_entity(written)) == digest(attributes)


def test_the_app_finds_a_copied_item_under_its_key() -> None:
    for key in ("plain-1", "a/b\\c#d?e%f", "\u0085\x7f\x01", "Zoë 李雷"):
        partition, row = KEYS.to_table({"id": {"S": key}})
        assert entity_key(key) == {"PartitionKey": partition, "RowKey": row}


def test_keys_of_numbers_binary_and_two_parts_are_those_of_the_copy() -> None:
    firsts: list[tuple[Any, Any]] = [("a/b / %41?", "S"), (Decimal("-7.50"), "N"), (b"\xff\xef\xbe", "B")]
    seconds: list[tuple[Any, Any]] = [("x / y\\", "S"), (12, "N"), (b"\xff?", "B")]
    for partition, kind in firsts:
        one = typed(partition)
        schema = KeySchema([("p", kind)])
        text = key_text(partition)
        assert tuple(entity_key(text).values()) == schema.to_table({"p": one})
        assert dynamo_key(text, (("p", kind),)) == {"p": one}
        for sort, other_kind in seconds:
            other = typed(sort)
            both = KeySchema([("p", kind), ("s", other_kind)])
            text = key_text(partition, sort)
            assert tuple(entity_key(text, sort_key=True).values()) == both.to_table({"p": one, "s": other})
            assert dynamo_key(text, (("p", kind), ("s", other_kind))) == {"p": one, "s": other}
            assert text == shown(both.to_table({"p": one, "s": other}))


def test_a_key_without_its_second_part_is_refused() -> None:
    with pytest.raises(ValueError, match="key_text"):
        entity_key("plain", sort_key=True)
    with pytest.raises(ValueError, match="key_text"):
        dynamo_key("plain", ("p", "s"))
