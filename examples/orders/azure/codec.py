"""Orders as Table Storage entities, so that no attribute type of the DynamoDB table they came from is lost.

Lives here: the encoding. Never here: calls of Table Storage, business rules.

Text, flags and binary are properties of the same name and kind. A number is text with the companion property
`<name>__dynamodb` = "N"; anything else is DynamoDB's JSON as text, with the companion "JSON", or "JSON:3" when it is so long
that it goes on in `<name>__2` and `<name>__3`. Names that Table Storage refuses share one property, `_dynamodb_rest`.
Limits: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
"""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import UnionType
from typing import Any

from order import number_text

REST = "_dynamodb_rest"
COMPANION = "__dynamodb"
TEXT_UNITS, BINARY_BYTES = 32 * 1024, 64 * 1024
_LEGAL = re.compile(r"(?!_dynamodb|(PartitionKey|RowKey|Timestamp)$)[A-Za-z_][A-Za-z0-9_]{0,239}")
_TAKEN = re.compile(r".*__(dynamodb|\d+)")
_FORBIDDEN = re.compile(r"[/\\#?%\x00-\x1f\x7f-\x9f]")

Entity = dict[str, Any]


def entity_key(order_id: str) -> Entity:
    """The keys of an order's entity; characters that keys must not hold are percent-encoded."""
    encoded = _FORBIDDEN.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), order_id)
    return {"PartitionKey": encoded, "RowKey": ""}


def to_entity(attributes: Mapping[str, Any]) -> Entity:
    """The entity of an order, keys included."""
    rest = {name: attribute(value) for name, value in attributes.items() if not _is_property(name)}
    entity = entity_key(attributes["id"]) | properties({name: attributes[name] for name in attributes if name not in rest})
    return entity | (dict(_cut(REST, rest)) if rest else {})


def properties(attributes: Mapping[str, Any]) -> Entity:
    """Properties, with companions, for attributes whose names Table Storage takes."""
    return {key: held for name, value in attributes.items() for key, held in _property(name, value)}


def from_entity(entity: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes in an entity."""
    attributes = {name: _held(entity, name) for name in entity if _is_property(name)}
    rest = json.loads(_joined(entity, REST)) if REST in entity else {}
    return attributes | {name: value_of(typed) for name, typed in rest.items()}


def _is_property(name: str) -> bool:
    return bool(_LEGAL.fullmatch(name)) and not _TAKEN.fullmatch(name)


def _property(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, bool) or (isinstance(value, bytes) and len(value) <= BINARY_BYTES) or _is_short_text(value):
        yield name, value
    elif isinstance(value, int | Decimal):
        yield name, number_text(Decimal(value))
        yield name + COMPANION, "N"
    else:
        yield from _cut(name, attribute(value))


def _cut(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """JSON in as many properties as it needs; half a property's units a piece, because a character may take two."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    step = TEXT_UNITS if text.isascii() else TEXT_UNITS // 2
    pieces = [text[start : start + step] for start in range(0, len(text), step)]
    yield name, pieces[0]
    yield name + COMPANION, "JSON" if len(pieces) == 1 else f"JSON:{len(pieces)}"
    yield from ((f"{name}__{number}", piece) for number, piece in enumerate(pieces[1:], start=2))


def _joined(entity: Mapping[str, Any], name: str) -> str:
    _, _, pieces = entity.get(name + COMPANION, "").partition(":")
    return "".join([entity[name], *(entity[f"{name}__{number}"] for number in range(2, int(pieces or 1) + 1))])


def _held(entity: Mapping[str, Any], name: str) -> Any:
    kind = entity.get(name + COMPANION, "")
    if kind == "N":
        return Decimal(entity[name])
    return value_of(json.loads(_joined(entity, name))) if kind.startswith("JSON") else entity[name]


def _is_short_text(value: Any) -> bool:
    return isinstance(value, str) and len(value.encode("utf-16-le")) <= 2 * TEXT_UNITS


def attribute(value: Any) -> dict[str, Any]:
    """A value as DynamoDB's JSON, for example {"NS": ["1", "2.5"]}.

    Raises:
        TypeError: DynamoDB has no such type.
    """
    if value is None:
        return {"NULL": True}
    for kind, python_type, write in _WRITERS:
        if isinstance(value, python_type):
            return {kind: write(value)}
    if not isinstance(value, set):
        raise TypeError(f"DynamoDB has no type for {type(value).__name__}")
    members = [attribute(member) for member in sorted(value)]
    (kind,) = members[0]
    return {f"{kind}S": [member[kind] for member in members]}


def value_of(typed: Mapping[str, Any]) -> Any:
    """The value in DynamoDB's JSON."""
    ((kind, held),) = typed.items()
    return _READERS[kind](held)


_WRITERS: tuple[tuple[str, type | UnionType, Callable[[Any], Any]], ...] = (
    ("BOOL", bool, bool),  # before the numbers: Python's bool is an int
    ("S", str, str),
    ("N", int | Decimal, lambda number: number_text(Decimal(number))),
    ("B", bytes, lambda data: base64.b64encode(data).decode()),
    ("L", list, lambda members: [attribute(member) for member in members]),
    ("M", dict, lambda members: {name: attribute(member) for name, member in members.items()}),
)
_READERS: dict[str, Callable[[Any], Any]] = {
    "NULL": lambda _: None,
    "BOOL": bool,
    "S": str,
    "N": Decimal,
    "B": base64.b64decode,
    "L": lambda members: [value_of(member) for member in members],
    "M": lambda members: {name: value_of(member) for name, member in members.items()},
    "SS": set,
    "NS": lambda members: {Decimal(member) for member in members},
    "BS": lambda members: {base64.b64decode(member) for member in members},
}
