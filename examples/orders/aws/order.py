"""What an order is: its fields, its canonical text and its signature. The same file serves Lambda and Azure Functions.

Lives here: the business rules. Never here: a store, a queue, a cloud, HTTP.

An order in memory is a dict of plain Python values: `Decimal` for amounts, `set` for the two sets, `bytes` for the document,
`int` for the two counters. As JSON every amount is text ("12.5"), because JSON readers round numbers.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow
from typing import Any

Order = dict[str, Any]

CONTENT = ("id", "customer", "items", "total", "tags", "lots", "document", "coupon", "gift", "delivery")
"""The fields that never change after creation; the signature covers them."""
COUNTERS = ("version", "processings")
_NAME = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_EXACT = Context(prec=38, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[Inexact, InvalidOperation, Overflow])


class Refused(ValueError):
    """The client's order breaks a rule; the message says which field and why."""


def number(value: Any) -> Decimal:
    """An exact number of at most 38 digits (DynamoDB's limit), without trailing zeros.

    Raises:
        Refused: not a number, or it would have to be rounded.
    """
    try:
        exact = _EXACT.normalize(_EXACT.create_decimal("?" if isinstance(value, bool | float) else value))
    except (DecimalException, TypeError, ValueError) as error:
        raise Refused("must be a decimal of at most 38 digits") from error
    if not exact.is_finite() or (exact and not -130 <= exact.adjusted() <= 125):
        raise Refused("must be finite, with an exponent from -130 to 125")
    return exact or Decimal(0)


def number_text(value: Decimal) -> str:
    """The one way an amount is written: no exponent, no trailing zeros, no minus zero."""
    return format(_EXACT.normalize(value), "f") if value else "0"


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 10_000:
        raise Refused("must be a string of at most 10,000 characters")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused("must be true or false")
    return value


def _array(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > 100:
        raise Refused("must be a list of at most 100 entries")
    return value


def _map(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused("must be a JSON object")
    return {key: _free(inner) for key, inner in value.items()}


def _free(value: Any) -> Any:
    """Nested values of the client's own choice; numbers become exact."""
    if isinstance(value, dict):
        return _map(value)
    if isinstance(value, list):
        return [_free(inner) for inner in value]
    return value if value is None or isinstance(value, bool | str) else number(value)


def _line(value: Any) -> Order:
    if not isinstance(value, dict) or not {"sku", "quantity", "price"} <= value.keys():
        raise Refused("every entry needs sku, quantity and price")
    return {**_free(value), "sku": _text(value["sku"]), "quantity": number(value["quantity"]), "price": number(value["price"])}


def _document(value: Any) -> bytes:
    try:
        return base64.b64decode(_text(value), validate=True)
    except ValueError as error:
        raise Refused("must be base64 of at most 10,000 characters") from error


def name(value: Any) -> str:
    """An order's id as clients may choose it, safe in every path, key and blob name."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Refused("must be 1 to 100 of the characters A-Z a-z 0-9 . _ : -")
    return value


_RULES: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "id": (name, ...),
    "customer": (_text, ...),
    "items": (lambda value: [_line(line) for line in _array(value)], ...),
    "total": (number, ...),
    "note": (_text, ""),
    "tags": (lambda value: {_text(tag) for tag in _array(value)}, []),
    "lots": (lambda value: {number(lot) for lot in _array(value)}, []),
    "document": (_document, ""),
    "coupon": (lambda value: value if value is None else _text(value), None),
    "gift": (_flag, False),
    "delivery": (_map, {}),
}


def parse(body: str, new_id: str) -> Order:
    """The order in a client's JSON; `new_id` is used when the client gave none.

    Raises:
        Refused: not a JSON object, an unknown field, a missing field or a field that breaks its rule.
    """
    given = {"id": new_id, **decode(body)}
    if unknown := given.keys() - _RULES.keys():
        raise Refused(f"unknown field {min(unknown)!r}; known are {', '.join(_RULES)}")
    return {field: _checked(field, given) for field in _RULES}


def decode(body: str) -> dict[str, Any]:
    """A JSON object with exact numbers.

    Raises:
        Refused: anything else.
    """
    try:
        given = json.loads(body, parse_float=Decimal)
    except ValueError as error:
        raise Refused("the body must be JSON") from error
    if not isinstance(given, dict):
        raise Refused("the body must be a JSON object")
    return given


def changes(body: str) -> dict[str, str]:
    """What a client may change later: `note`, `status` or both.

    Raises:
        Refused: neither is given, another field is given, or one is not a text.
    """
    given = decode(body)
    if not given or given.keys() - {"note", "status"}:
        raise Refused("give note, status or both, and nothing else")
    return {field: _text(value) for field, value in given.items()}


def _checked(field: str, given: dict[str, Any]) -> Any:
    rule, default = _RULES[field]
    value = given.get(field, default)
    if value is ...:
        raise Refused(f"{field} is missing")
    try:
        return rule(value)
    except Refused as refused:
        raise Refused(f"{field}: {refused}") from refused


def opened(content: Order, key: bytes, created: str) -> Order:
    """The order as it is first stored: signed, version 1, not yet processed; `created` is an ISO 8601 time."""
    signed = {**content, "created": created, "signature": signature(content, key)}
    return {**signed, "status": "new", "version": 1, "processings": 0}


def signature(content: Order, key: bytes) -> str:
    """HMAC-SHA256, in hex, of the canonical JSON of the content fields: it differs when the secret or the content differs."""
    canonical = json.dumps(as_json({field: content[field] for field in CONTENT}), sort_keys=True, separators=(",", ":"))
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()


def as_json(value: Any) -> Any:
    """The JSON form: amounts as text, sets as sorted lists, bytes as base64, counters as whole numbers."""
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, set):
        return [as_json(inner) for inner in sorted(value)]
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return number_text(value) if isinstance(value, Decimal) else value


def stored(order: Order) -> Order:
    """What goes into the store: stores keep no empty set, so an empty one is left out."""
    return {field: value for field, value in order.items() if value != set()}


def restored(attributes: Order) -> Order:
    """An order from stored attributes: counters as int, sets that were empty put back."""
    counters = {field: int(attributes[field]) for field in COUNTERS}
    return {"tags": set(), "lots": set(), **attributes, **counters}
