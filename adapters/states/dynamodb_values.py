"""DynamoDB values in their low-level form (`{"S": "text"}`), as boto3's client gives and takes them.

Lives here: the one canonical way to write a value, so that equal values have equal text. Never here: Azure, calls.
"""

import base64
import json
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

Value = dict[str, Any]
"""One attribute value; binaries are `bytes`."""
Item = dict[str, Value]

_EXACT = Context(prec=38, traps=[Inexact, InvalidOperation])


def number_text(text: str) -> str:
    """A number without exponent, trailing zeros, plus sign or minus zero; DynamoDB's numbers have at most 38 digits.

    Raises:
        ValueError: it is no number that DynamoDB could hold.
    """
    try:
        exact = _EXACT.normalize(_EXACT.create_decimal(text))
    except (Inexact, InvalidOperation) as error:
        raise ValueError("not a decimal number of at most 38 digits") from error
    if not exact.is_finite() or (exact and not -130 <= exact.adjusted() <= 125):
        raise ValueError("not a finite number with an exponent from -130 to 125")
    return format(exact, "f") if exact else "0"


def to_json(value: Value) -> Value:
    """The value in DynamoDB's JSON: numbers canonical, sets sorted, binaries in base64."""
    [(kind, content)] = value.items()
    match kind:
        case "N":
            return {"N": number_text(content)}
        case "B":
            return {"B": _text(content)}
        case "L":
            return {"L": [to_json(one) for one in content]}
        case "M":
            return {"M": {name: to_json(one) for name, one in content.items()}}
        case "SS" | "NS" | "BS":
            return {kind: _members(kind, content)}
    return value


def from_json(value: Value) -> Value:
    """The opposite of `to_json`."""
    [(kind, content)] = value.items()
    match kind:
        case "B":
            return {"B": base64.b64decode(content)}
        case "L":
            return {"L": [from_json(one) for one in content]}
        case "M":
            return {"M": {name: from_json(one) for name, one in content.items()}}
        case "BS":
            return {"BS": [base64.b64decode(one) for one in content]}
        case _:
            return value


def item_to_json(item: Item) -> Item:
    """Every attribute by `to_json`."""
    return {name: to_json(value) for name, value in item.items()}


def item_from_json(item: Item) -> Item:
    """Every attribute by `from_json`."""
    return {name: from_json(value) for name, value in item.items()}


def compact(content: Any) -> str:
    """JSON with sorted names and no blanks; text is not escaped to ASCII."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def same(one: Item | None, other: Item | None) -> bool:
    """Whether two items hold the same values, types included."""
    if one is None or other is None:
        return one is other
    return item_to_json(one) == item_to_json(other)


def _members(kind: str, members: list[Any]) -> list[str]:
    if kind == "NS":
        return sorted({number_text(one) for one in members}, key=Decimal)
    return sorted(_text(one) if kind == "BS" else one for one in members)


def _text(content: bytes) -> str:
    return base64.b64encode(bytes(content)).decode()
