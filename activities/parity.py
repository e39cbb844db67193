"""Whether two sides answer alike: answers as documents, what is noise in them, and what differs besides.

Lives here: comparing, without any request. Values never leave this file unless the plan shows them, and secrets not even then:
a difference is told by place, type and length.
"""

import re
from collections.abc import Iterable
from typing import Any

from deepdiff import DeepDiff

from adapters.records import Answer, Json
from plan.secrecy import is_secret_name, is_secret_value

Place = tuple[str | int, ...]
"""Names and indexes from the top of a document."""
Difference = tuple[Place, Any, Any]
"""Where, and the value of either side; `MISSING` for none."""
MISSING = object()
_OF_JSON = re.compile(r"^application/json\s*;\s*charset=\"?utf-8\"?$")
_LONGEST = 80


def document(answer: Answer, headers: Iterable[str], base: str, *, head: bool) -> Json:
    """What is compared of an answer: status, headers that matter, names of cookies, body.

    A body that is not JSON is compared by length and hash. The side's own address is written as `{base}` wherever it stands.
    """
    wanted = [name.lower() for name in headers]
    told = {name: _normal(name, answer.headers[name]) for name in wanted if name in answer.headers and name != "set-cookie"}
    found: Json = {"status": answer.status, "headers": _without(told, base)}
    if "set-cookie" in wanted:
        found["cookies"] = dict.fromkeys(answer.cookies, "set")
    if not head:
        is_json = answer.body is not None
        found["body"] = _without(answer.body, base) if is_json else {"bytes": answer.size, "sha256": answer.sha256}
    return found


def differences(first: Json, second: Json) -> list[Difference]:
    """Where two documents differ; numbers are compared by value, lists by position."""
    found = DeepDiff(first, second, view="tree", zip_ordered_iterables=True, verbose_level=2)
    told: list[Difference] = []
    for kind, levels in found.tree.items():
        for level in levels:
            old = MISSING if kind.endswith("_added") else level.t1
            new = MISSING if kind.endswith("_removed") else level.t2
            told.append((tuple(level.path(output_format="list")), old, new))
    return sorted(told, key=lambda difference: [str(part) for part in difference[0]])


def noise(first: Json, second: Json) -> set[Place]:
    """Places that differ between two answers of the same side; when items of a list come and go it is the whole list."""
    return {
        place[:-1] if isinstance(place[-1], int) and MISSING in (old, new) else place
        for place, old, new in differences(first, second)
        if place != ("status",)  # a side that answers now so, now so is not to be trusted with anything
    }


def ignored(place: Place, noisy: Iterable[Place], patterns: Iterable[str]) -> bool:
    """Whether the place is one of the noisy or of the plan's, or lies below one."""
    if any(place[: len(one)] == one for one in noisy):
        return True
    texts = {said(place[:length], any_item=some) for length in range(1, len(place) + 1) for some in (False, True)}
    return any(pattern in texts for pattern in patterns)


def said(place: Place, *, any_item: bool = False) -> str:
    """The place as the plan writes it: `body.orders[3].total`, or `body.orders[].total` for any item."""
    parts = [f"[{'' if any_item else part}]" if isinstance(part, int) else f".{part}" for part in place]
    return "".join(parts).removeprefix(".")


def told(difference: Difference, *, show: bool) -> str:
    """A line for people: `body.total: text of 3 characters -> number`."""
    place, old, new = difference
    secret = any(is_secret_name(str(part)) for part in place)
    shown = show and not secret
    if place in {("status",)} or place[:1] in {("cookies",), ("headers",)}:
        shown = not secret
    left, right = (_value(value, shown=shown) for value in (old, new))
    return f"{said(place)}: {left} -> {'another ' if left == right else ''}{right}"


def _value(value: Any, *, shown: bool) -> str:
    if value is MISSING:
        return "missing"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if shown and not is_secret_value(value):
        text = str(value)
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    match value:
        case str():
            return f"text of {len(value)} characters"
        case list() | dict():
            return f"{'list' if isinstance(value, list) else 'object'} of {len(value)}"
    return "number"


def _normal(name: str, value: str) -> str:
    """JSON is UTF-8 whether its content type says so or not (RFC 8259, section 8.1)."""
    value = value.strip()
    if name == "content-type":
        value = value.lower()
        return "application/json" if _OF_JSON.match(value) else re.sub(r"\s*;\s*", "; ", value)
    return value


def _without(value: Any, base: str) -> Any:
    """The value without the side's address; 1.0 is 1, as JSON has one kind of number."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case str():
            return value.replace(base, "{base}") if base else value
        case list():
            return [_without(one, base) for one in value]
        case dict():
            return {name: _without(one, base) for name, one in value.items()}
    return value
