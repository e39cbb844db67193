"""Items of DynamoDB as entities of Azure Table Storage, and back, without loss.

Lives here: the encoding, which a migrated app shares. Never here: calls, keys (table_keys.py).

An attribute becomes a property of the same name: S is Edm.String, BOOL is Edm.Boolean, B is Edm.Binary. N is Edm.String
with the canonical decimal text, and a companion `<name>__dynamodb` = `N`. Everything else, and what is longer than a
property may be, is Edm.String with compact DynamoDB JSON and the companion `JSON`; JSON that is too long is cut into
`<name>`, `<name>__2`, ... and the companion says how many there are (`JSON:3`). Attributes whose names a property cannot
have go into `_dynamodb_rest`, as do the last ones in alphabetical order when there are more than an entity can hold.

A property of a native type, from an app that does not know the companions: Int32, Int64 and Double become N; DateTime and Guid
become S with their text, and so does a Double that DynamoDB cannot hold.
Source: "Understanding the Table service data model" (types, names, 252 properties, 64 KiB a property, 1 MiB an entity).
"""

import base64
import json
import re
from typing import Any

from adapters.errors import AdapterError
from adapters.states.dynamodb_values import Item, Value, compact, from_json, item_from_json, item_to_json, number_text, to_json
from adapters.states.survey import shown
from adapters.states.table_keys import TableKey

Entity = dict[str, Any]
"""An entity as the Table service's JSON (minimal metadata) writes it: `<name>@odata.type` beside what JSON cannot tell."""

TYPE = "@odata.type"
_COMPANION = "__dynamodb"
_REST = "_dynamodb_rest"
_SYSTEM = {"PartitionKey", "RowKey", "Timestamp"}
_PROPERTIES = 252
_UNITS = 32 * 1024
_BINARY = 64 * 1024
_ENTITY = 1024 * 1024
_NAME = re.compile(r"(?!_dynamodb)[A-Za-z_][A-Za-z0-9_]{0,239}")
_TAKEN = re.compile(r".*__(dynamodb|\d+)")


def encode(item: Item, key: TableKey) -> Entity:
    """The entity of an item.

    Raises:
        AdapterError: `invalid`, the entity would be larger than 1 MiB.
    """
    groups: list[Entity] = []
    rest: Item = {}
    for name in sorted(item):
        if name in _SYSTEM or not _NAME.fullmatch(name) or _TAKEN.fullmatch(name):
            rest[name] = item[name]
        else:
            groups.append(_properties(name, item[name]))
    entity = _entity(groups, rest, key)
    while _count(entity) > _PROPERTIES:
        [name, *_] = groups.pop()
        rest[name] = item[name]
        entity = _entity(groups, rest, key)
    if size(entity) > _ENTITY:
        raise AdapterError(
            "invalid",
            f"item {shown(key)[:200]} would be larger than the 1 MiB that an entity of an Azure table may have",
            "Let this store stay in AWS, or move the large attribute to object storage and keep a reference (claim check).",
        )
    return entity


def decode(entity: Entity) -> Item:
    """The item of an entity, key attributes included if the entity has them as properties.

    Raises:
        AdapterError: `invalid`, a property is not what its companion says.
    """
    try:
        return _decoded(entity)
    except (ValueError, KeyError, TypeError) as error:
        key = shown((entity.get("PartitionKey", ""), entity.get("RowKey", "")))
        raise AdapterError(
            "invalid",
            f"entity {key[:200]} does not follow the encoding of DynamoDB items ({type(error).__name__})",
            "Correct what the migrated app writes into the properties with a companion `__dynamodb`.",
        ) from error


def _decoded(entity: Entity) -> Item:
    item: Item = {}
    for name, content in entity.items():
        if content is None or name in _SYSTEM or "@" in name or name.startswith("odata.") or _TAKEN.fullmatch(name):
            continue
        kind, _, parts = str(entity.get(name + _COMPANION, "")).partition(":")
        if name == _REST:
            item |= item_from_json(json.loads(_joined(entity, name, parts)))
        elif kind == "JSON":
            item[name] = from_json(json.loads(_joined(entity, name, parts)))
        else:
            item[name] = {"N": number_text(content)} if kind == "N" and isinstance(content, str) else _native(entity, name)
    return item


def size(entity: Entity) -> int:
    """Bytes that the service counts for an entity."""
    total = 4
    for name, content in entity.items():
        if name.endswith(TYPE):
            continue
        total += 8 + 2 * len(name)
        if isinstance(content, bool):
            total += 1
        elif entity.get(name + TYPE) == "Edm.Binary":
            total += 4 + len(content) * 3 // 4
        else:
            total += 4 + 2 * _units(content) if isinstance(content, str) else 8
    return total


def _properties(name: str, value: Value) -> Entity:
    [(kind, content)] = value.items()
    if kind == "BOOL" or (kind == "S" and _units(content) <= _UNITS):
        return {name: content}
    if kind == "N":
        return {name: number_text(content), name + _COMPANION: "N"}
    if kind == "B" and len(content) <= _BINARY:
        return {name: base64.b64encode(bytes(content)).decode(), name + TYPE: "Edm.Binary"}
    return _cut(name, compact(to_json(value)))


def _entity(groups: list[Entity], rest: Item, key: TableKey) -> Entity:
    entity: Entity = {"PartitionKey": key[0], "RowKey": key[1]}
    for properties in groups:
        entity |= properties
    return entity | _cut(_REST, compact(item_to_json(rest))) if rest else entity


def _count(entity: Entity) -> int:
    """Properties as the limit counts them: the system's own and type annotations are left out."""
    return sum(1 for name in entity if name not in _SYSTEM and not name.endswith(TYPE))


def _cut(name: str, text: str) -> Entity:
    """The text in as many properties as it needs; no character is cut in two."""
    step = _UNITS if _units(text) == len(text) else _UNITS // 2
    parts = [text[start : start + step] for start in range(0, len(text), step)]
    cut: Entity = {name: parts[0], name + _COMPANION: "JSON" if len(parts) == 1 else f"JSON:{len(parts)}"}
    return cut | {f"{name}__{number}": part for number, part in enumerate(parts[1:], start=2)}


def _joined(entity: Entity, name: str, parts: str) -> str:
    return "".join([entity[name], *(entity[f"{name}__{number}"] for number in range(2, int(parts or 1) + 1))])


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _native(entity: Entity, name: str) -> Value:
    """A property without a companion, by its type."""
    content, declared = entity[name], entity.get(name + TYPE)
    if isinstance(content, bool):
        return {"BOOL": content}
    if declared == "Edm.Binary":
        return {"B": base64.b64decode(content)}
    if isinstance(content, int | float) or declared == "Edm.Int64":
        try:
            return {"N": number_text(str(content))}
        except ValueError:
            return {"S": str(content)}
    return {"S": content}
