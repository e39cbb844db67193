"""Keys of items as one text, whatever a table's key is made of.

Lives here: that text, and its way to the keys of both stores. Never here: items, calls.

A key of one part is its text: a text itself, a number without exponent, binary as base64. A key with a sort key is both texts
with " / " between them, each with `%` and the characters percent-encoded that keys of Azure must not hold. So the migration's
copy writes an entity's keys, and so the migration names an item.
"""

import base64
import re
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import unquote

from bridge.values import number_text

KeyPart = str | tuple[str, Literal["S", "N", "B"]]
"""Name of a key's attribute, and its type in DynamoDB unless that is text."""
_BETWEEN = " / "
_FORBIDDEN = re.compile(r"[/\\#?%\x00-\x1f\x7f-\x9f]")


def key_text(partition: str | int | Decimal | bytes, sort: str | int | Decimal | bytes | None = None) -> str:
    """The key by which `Records` knows an item; `sort` for a table that has a sort key, and only then."""
    if sort is None:
        return _text(partition)
    return _BETWEEN.join(encoded(_text(part)) for part in (partition, sort))


def encoded(text: str) -> str:
    """Without the characters that keys of Azure tables must not hold."""
    return _FORBIDDEN.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


def entity_key(key: str, *, sort_key: bool = False) -> dict[str, Any]:
    """The keys of an item's entity.

    Raises:
        ValueError: the key is not of two parts.
    """
    partition, row = _two(key) if sort_key else (encoded(key), "")
    return {"PartitionKey": partition, "RowKey": row}


def dynamo_key(key: str, parts: tuple[KeyPart, ...]) -> dict[str, Any]:
    """The key as DynamoDB's API takes it.

    Raises:
        ValueError: the key is not of as many parts, or a part not of its type.
    """
    texts = [unquote(text, errors="strict") for text in _two(key)] if len(parts) > 1 else [key]
    named = [(part, "S") if isinstance(part, str) else part for part in parts]
    return {name: _typed(kind, text) for (name, kind), text in zip(named, texts, strict=True)}


def _two(key: str) -> tuple[str, str]:
    partition, between, sort = key.partition(_BETWEEN)
    if not between:
        raise ValueError(f"{key} is no key with a sort key: make it with key_text(partition, sort)")
    return partition, sort


def _typed(kind: str, text: str) -> dict[str, Any]:
    return {kind: base64.b64decode(text, validate=True) if kind == "B" else text}


def _text(part: str | int | Decimal | bytes) -> str:
    if isinstance(part, str):
        return part
    return base64.b64encode(part).decode() if isinstance(part, bytes) else number_text(part)
