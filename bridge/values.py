"""Items as plain Python values, in DynamoDB's types, and as one canonical text.

Lives here: the types. Never here: how a store keeps them (codec.py for tables), calls.

An item is a dict from attribute names to None, bool, str, int or Decimal, bytes, list, dict, or a set of one kind of str,
numbers or bytes. A typed value is DynamoDB's form, for example {"NS": ["1", "2.5"]}, with bytes as they are;
as JSON they are base64.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation, Overflow
from types import UnionType
from typing import Any

Item = dict[str, Any]

_EXACT = Context(prec=38, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[Inexact, InvalidOperation, Overflow])


def number_text(value: int | Decimal) -> str:
    """The one way a number is written: no exponent, no trailing zeros, no minus zero.

    Raises:
        decimal.DecimalException: it has more than 38 digits (DynamoDB's limit).
    """
    return format(_EXACT.normalize(_EXACT.create_decimal(value)), "f") if value else "0"


def typed(value: Any) -> dict[str, Any]:
    """A value as DynamoDB's API takes it.

    Raises:
        TypeError: DynamoDB has no such type.
    """
    if value is None:
        return {"NULL": True}
    for kind, python_type, write in _WRITERS:
        if isinstance(value, python_type):
            return {kind: write(value)}
    if not isinstance(value, set | frozenset) or not value:
        raise TypeError(f"DynamoDB has no type for {'an empty set' if value == set() else type(value).__name__}")
    members = [typed(member) for member in sorted(value)]
    (kind,) = members[0]
    return {f"{kind}S": [member[kind] for member in members]}


def plain(value: Mapping[str, Any]) -> Any:
    """The opposite of `typed`; takes its JSON as well."""
    ((kind, held),) = value.items()
    return _READERS[kind](held)


def as_json(value: Mapping[str, Any]) -> str:
    """Typed values as compact, canonical JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_base64)


def digest(item: Mapping[str, Any] | None) -> str:
    """SHA-256, in hex, of the canonical text of an item: equal on both sides for equal items; "" for none."""
    if item is None:
        return ""
    return hashlib.sha256(as_json({name: typed(value) for name, value in item.items()}).encode()).hexdigest()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(data: bytes | str) -> bytes:
    return base64.b64decode(data) if isinstance(data, str) else bytes(data)


_WRITERS: tuple[tuple[str, type | UnionType, Callable[[Any], Any]], ...] = (
    ("BOOL", bool, bool),  # before the numbers: Python's bool is an int
    ("S", str, str),
    ("N", int | Decimal, number_text),
    ("B", bytes, bytes),
    ("L", list, lambda members: [typed(member) for member in members]),
    ("M", dict, lambda members: {name: typed(member) for name, member in members.items()}),
)
_READERS: dict[str, Callable[[Any], Any]] = {
    "NULL": lambda _: None,
    "BOOL": bool,
    "S": str,
    "N": Decimal,
    "B": _bytes,
    "L": lambda members: [plain(member) for member in members],
    "M": lambda members: {name: plain(member) for name, member in members.items()},
    "SS": set,
    "NS": lambda members: {Decimal(member) for member in members},
    "BS": lambda members: {_bytes(member) for member in members},
}
