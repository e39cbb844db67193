"""The app's encoding of entities is the one that the copier of tables writes and reads."""

import base64
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given

from adapters.states.dynamodb_values import Item, same
from adapters.states.table_codec import TYPE, decode, encode
from adapters.states.table_keys import KeySchema
from local.processes import ROOT
from tests.adapters.dynamodb_items import items

KEYS = KeySchema([("id", "S")])


@pytest.fixture(scope="module")
def codec() -> Iterator[ModuleType]:
    """The app's module, imported as the app does: from its own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "examples/orders/azure"))
        yield importlib.import_module("codec")
    for name, module in list(sys.modules.items()):
        if Path(getattr(module, "__file__", None) or "/").is_relative_to(ROOT / "examples/orders/azure"):
            del sys.modules[name]


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


@given(items)
@example({"long": {"L": [{"S": "x" * 40_000}]}, "wide": {"S": "\U0001f600" * 30_000}, "bytes": {"B": bytes(70_000)}})
@example({"a-b": {"S": "é" * 100_000}})
def test_the_app_reads_what_was_copied_and_the_copier_reads_what_the_app_writes(codec: ModuleType, item: Item) -> None:
    whole = {**item, "id": {"S": "a/1?%"}}
    attributes = codec.from_entity(as_the_sdk_gives_it(encode(whole, KEYS.to_table(whole))))
    assert same(decode(as_the_service_keeps_it(codec.to_entity(attributes))), whole)


def test_the_app_finds_a_copied_order_under_its_key(codec: ModuleType) -> None:
    for order_id in ("plain-1", "a/b\\c#d?e%f", "\u0085\x7f\x01", "Zoë 李雷"):
        item = {"id": {"S": order_id}}
        partition, row = KEYS.to_table(item)
        assert codec.entity_key(order_id) == {"PartitionKey": partition, "RowKey": row}
