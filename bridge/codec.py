"""Items as entities of Azure Table Storage, as the migration's copy wrote them, without loss.

Lives here: the encoding. Never here: calls of Table Storage (table_side.py), types of values (values.py), keys (keys.py).

Text, flags and binary are properties of the same name and kind. A number is text with the companion property
`<name>__dynamodb` = "N"; anything else is DynamoDB's JSON as text, with the companion "JSON", or "JSON:3" when it is so long
that it goes on in `<name>__2` and `<name>__3`. Names that Table Storage refuses share one property, `_dynamodb_rest`, with
the last ones in alphabetical order when an entity would have more than 252 properties.
Limits: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
"""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from bridge.keys import entity_key
from bridge.values import Item, as_json, number_text, plain, typed

Entity = dict[str, Any]

_REST = "_dynamodb_rest"
_COMPANION = "__dynamodb"
_PROPERTIES = 252
_TEXT_UNITS, _BINARY_BYTES = 32 * 1024, 64 * 1024
_LEGAL = re.compile(r"(?!_dynamodb|(PartitionKey|RowKey|Timestamp)$)[A-Za-z_][A-Za-z0-9_]{0,239}")
_TAKEN = re.compile(r".*__(dynamodb|\d+)")


def to_entity(key: str, item: Mapping[str, Any], *, sort_key: bool = False) -> Entity:
    """The entity of an item, keys included."""
    groups = {name: dict(_property(name, item[name])) for name in sorted(item) if _is_property(name)}
    rest = {name: typed(value) for name, value in item.items() if name not in groups}
    while True:
        tail = dict(_cut(_REST, rest)) if rest else {}
        if len(tail) + sum(map(len, groups.values())) <= _PROPERTIES:
            break
        name, _ = groups.popitem()
        rest[name] = typed(item[name])
    entity = entity_key(key, sort_key=sort_key) | tail
    for group in groups.values():
        entity |= group
    return entity


def from_entity(entity: Mapping[str, Any]) -> Item:
    """The item in an entity, as the SDK gives it."""
    item = {name: _held(entity, name) for name in entity if _is_property(name)}
    rest = json.loads(_joined(entity, _REST)) if _REST in entity else {}
    return item | {name: plain(value) for name, value in rest.items()}


def _is_property(name: str) -> bool:
    return bool(_LEGAL.fullmatch(name)) and not _TAKEN.fullmatch(name)


def _property(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, bool) or (isinstance(value, bytes) and len(value) <= _BINARY_BYTES) or _is_short_text(value):
        yield name, value
    elif isinstance(value, int | Decimal):
        yield name, number_text(value)
        yield name + _COMPANION, "N"
    else:
        yield from _cut(name, typed(value))


def _cut(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """JSON in as many properties as it needs; half a property's units a piece, because a character may take two."""
    text = as_json(value)
    step = _TEXT_UNITS if text.isascii() else _TEXT_UNITS // 2
    pieces = [text[start : start + step] for start in range(0, len(text), step)]
    yield name, pieces[0]
    yield name + _COMPANION, "JSON" if len(pieces) == 1 else f"JSON:{len(pieces)}"
    yield from ((f"{name}__{number}", piece) for number, piece in enumerate(pieces[1:], start=2))


def _joined(entity: Mapping[str, Any], name: str) -> str:
    _, _, pieces = entity.get(name + _COMPANION, "").partition(":")
    return "".join([entity[name], *(entity[f"{name}__{number}"] for number in range(2, int(pieces or 1) + 1))])


def _held(entity: Mapping[str, Any], name: str) -> Any:
    kind = entity.get(name + _COMPANION, "")
    if kind == "N":
        return Decimal(entity[name])
    return plain(json.loads(_joined(entity, name))) if kind.startswith("JSON") else entity[name]


def _is_short_text(value: Any) -> bool:
    return isinstance(value, str) and len(value.encode("utf-16-le")) <= 2 * _TEXT_UNITS
