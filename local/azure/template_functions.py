"""The template functions that need nothing but their arguments. Never here: those that look at a deployment
(`evaluation.py`).

Source: "ARM template functions". `uniqueString` and `guid` are deterministic as in Azure, but give other characters.
"""

import base64
import hashlib
import json
import re
import uuid
from collections.abc import Sequence
from typing import Any

from local.azure.expressions import ExpressionError, Function


def unique_string(parts: Sequence[Any]) -> str:
    """13 characters that depend on the arguments only."""
    digest = hashlib.sha256("-".join(map(str, parts)).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:13]


def _concat(parts: Sequence[Any]) -> Any:
    if parts and isinstance(parts[0], list):
        return [item for part in parts for item in part]
    return "".join(_text(part) for part in parts)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _format(parts: Sequence[Any]) -> str:
    values = parts[1:]

    def put(match: re.Match[str]) -> str:
        at = int(match[1])
        if at >= len(values):
            raise ExpressionError(f"'format' has no argument for '{match[0]}'")
        return _text(values[at])

    return re.sub(r"\{(\d+)(?::[^}]*)?\}", put, str(parts[0]))


def _union(parts: Sequence[Any]) -> Any:
    if isinstance(parts[0], dict):
        merged: dict[str, Any] = {}
        for part in parts:
            for name, value in part.items():
                deep = isinstance(value, dict) and isinstance(merged.get(name), dict)
                merged[name] = _union([merged[name], value]) if deep else value
        return merged
    found: list[Any] = []
    for part in parts:
        found.extend(item for item in part if item not in found)
    return found


def _contains(parts: Sequence[Any]) -> bool:
    container, wanted = parts
    if isinstance(container, dict):
        return str(wanted).lower() in {name.lower() for name in container}
    return wanted in container


def _split(parts: Sequence[Any]) -> list[str]:
    marks = parts[1] if isinstance(parts[1], list) else [parts[1]]
    return re.split("|".join(re.escape(mark) for mark in marks), parts[0])


def _substring(parts: Sequence[Any]) -> str:
    text, start = str(parts[0]), int(parts[1])
    end = start + int(parts[2]) if len(parts) > 2 else len(text)
    if not 0 <= start <= end <= len(text):
        raise ExpressionError("'substring': the index and length must refer to a location within the string")
    return text[start:end]


def _bool(parts: Sequence[Any]) -> bool:
    return str(parts[0]).lower() in {"true", "1"}


def _equals(parts: Sequence[Any]) -> bool:
    return bool(parts[0] == parts[1])


PURE: dict[str, Function] = {
    "add": lambda parts: parts[0] + parts[1],
    "and": all,
    "array": lambda parts: parts[0] if isinstance(parts[0], list) else [parts[0]],
    "base64": lambda parts: base64.b64encode(str(parts[0]).encode()).decode(),
    "bool": _bool,
    "coalesce": lambda parts: next((part for part in parts if part is not None), None),
    "concat": _concat,
    "contains": _contains,
    "createarray": list,
    "createobject": lambda parts: dict(zip(parts[::2], parts[1::2], strict=True)),
    "empty": lambda parts: not parts[0],
    "endswith": lambda parts: str(parts[0]).lower().endswith(str(parts[1]).lower()),
    "equals": _equals,
    "false": lambda _: False,
    "first": lambda parts: parts[0][0],
    "format": _format,
    "greater": lambda parts: parts[0] > parts[1],
    "guid": lambda parts: str(uuid.uuid5(uuid.NAMESPACE_OID, "-".join(map(str, parts)))),
    "int": lambda parts: int(parts[0]),
    "join": lambda parts: str(parts[1]).join(map(str, parts[0])),
    "json": lambda parts: json.loads(parts[0]),
    "last": lambda parts: parts[0][-1],
    "length": lambda parts: len(parts[0]),
    "less": lambda parts: parts[0] < parts[1],
    "not": lambda parts: not parts[0],
    "null": lambda _: None,
    "or": any,
    "replace": lambda parts: str(parts[0]).replace(str(parts[1]), str(parts[2])),
    "split": _split,
    "startswith": lambda parts: str(parts[0]).lower().startswith(str(parts[1]).lower()),
    "string": lambda parts: _text(parts[0]),
    "sub": lambda parts: parts[0] - parts[1],
    "substring": _substring,
    "take": lambda parts: parts[0][: parts[1]],
    "tolower": lambda parts: str(parts[0]).lower(),
    "toupper": lambda parts: str(parts[0]).upper(),
    "trim": lambda parts: str(parts[0]).strip(),
    "true": lambda _: True,
    "union": _union,
    "uniquestring": unique_string,
}
"""By lower-case name; each takes the list of its arguments."""
