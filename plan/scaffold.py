"""A new plan as a commented YAML file: every field of the models, with what it means, those that may be left out as comments.

Lives here: turning models and values into lines. Never here: descriptions (the models), values (`starter.py`).
"""

import json
import re
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from plan.fields import Part, format_duration
from plan.model import Plan, Strategy
from plan.shape import inside, parts_of, tag_of
from plan.starter import starter

_HEAD = """\
# A plan of a migration by dayzero. `dayzero validate FILE` tells what is still missing, each with its line.
# ${NAME} is taken from the environment, or from --var NAME=VALUE; write the value in its place if you like.
# Lines that begin with `# name:` may be left out; they show the default, or what a value looks like. Durations: 90s, 5m, 1h30m.
# No secret stands here: the plan is stored, printed and shown to everybody who takes part.
"""
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./ -]*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off"}
_WIDTH = 118


def scaffold(workload: str, strategy: Strategy) -> str:
    """The file's text.

    Args:
        workload: its name, as the model wants it.
        strategy: how it is to move.
    """
    return _HEAD + "\n".join(_fields(Plan, starter(workload, strategy), 0)) + "\n"


def _fields(part: type[Part], values: dict[str, Any], depth: int) -> Iterator[str]:
    """Every field of a part: what it means, and its value, or as a comment what it is without one."""
    for name, info in part.model_fields.items():
        if depth == 0:
            yield ""
        yield from _meaning(info, depth)
        if name in values:
            yield from _entry(name, values[name], info.annotation, depth)
        else:
            yield from _left_out(name, info, depth)


def _meaning(info: FieldInfo, depth: int) -> Iterator[str]:
    text = " ".join((info.description or "").split())
    kinds = [tag for one in (*parts_of(info.annotation), *parts_of(inside(info.annotation))) if (tag := tag_of(one))]
    text += f" Kinds: {', '.join(kinds)} (docs/plan.md)." if len(kinds) > 1 else ""
    pad = "  " * depth
    yield from (f"{pad}# {line}" for line in textwrap.wrap(text, _WIDTH - len(pad) - 2))


def _entry(name: str, value: Any, annotation: object, depth: int) -> Iterator[str]:
    """A field with its value; a part that repeats is explained where it stands first."""
    pad = "  " * depth
    if isinstance(value, dict):
        yield f"{pad}{name}:"
        part = _part(annotation, value)
        yield from _fields(part, value, depth + 1) if part else _mapping(value, inside(annotation), depth + 1)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield f"{pad}{name}:"
        yield from _list(value, inside(annotation), depth + 1)
    else:
        yield f"{pad}{name}: {_flow(value)}"


def _list(values: list[dict[str, Any]], annotation: object, depth: int) -> Iterator[str]:
    explained: set[type[Part]] = set()
    for value in values:
        part = _part(annotation, value)
        if part is None or part in explained:
            yield f"{'  ' * depth}- {_flow(value)}"
        else:
            explained.add(part)
            yield f"{'  ' * depth}-"
            yield from _fields(part, value, depth + 1)


def _mapping(values: dict[str, Any], annotation: object, depth: int) -> Iterator[str]:
    for position, (name, value) in enumerate(values.items()):
        if position:
            yield f"{'  ' * depth}{name}: {_flow(value)}"
        else:
            yield from _entry(name, value, annotation, depth)


def _left_out(name: str, info: FieldInfo, depth: int) -> Iterator[str]:
    pad = "  " * depth
    if isinstance(info.default, Part) and info.default.model_dump():
        yield f"{pad}# {name}:"
        yield from (f"{pad}#   {one}: {_flow(value)}" for one, value in _plain(info.default).items())
        return
    default = None if info.is_required() else _plain(info.default)
    example = info.examples[0] if default in (None, "", [], {}) and info.examples else default
    yield f"{pad}# {name}: {_flow(example)}" if example is not None else f"{pad}# {name}:"


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return format_duration(value)
    return value.model_dump(mode="json") if isinstance(value, Part) else to_jsonable_python(value)


def _part(annotation: object, value: dict[str, Any]) -> type[Part] | None:
    """The model of a value; of several kinds that of its tag."""
    found = parts_of(annotation)
    tags = set(map(str, (value.get("type"), value.get("kind"), value.get("router"))))
    return next((one for one in found if len(found) == 1 or tag_of(one) in tags), None)


def _flow(value: Any) -> str:
    """A value in one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value.rstrip() if value == value.rstrip() else json.dumps(value)
    return json.dumps(value, ensure_ascii=False)
