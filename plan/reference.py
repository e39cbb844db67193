"""The reference page of the plan (docs/plan.md), made from the models.

Lives here: turning models into Markdown. Never here: descriptions; those stand beside the fields.
"""

import inspect
from datetime import timedelta
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from plan.fields import Part, format_duration
from plan.model import Plan
from plan.shape import alternatives, parts_of, tag_of
from plan.strategies import NEEDS

_INTRODUCTION = """# The plan

<!-- Made from the models by `python -m cli.generate`; change the descriptions there. -->

A plan is a YAML file (JSON works too) that says what moves, where to, by which strategy, behind which gates, within which
window, and who owns what. `examples/orders/plan.yaml` is a commented one. `dayzero validate plan.yaml` tells everything that is
wrong with a plan, each with its line and how to mend it; `dayzero schema` prints the JSON Schema for editors.

- Values may hold `${NAME}` or `${NAME:-default}`, taken from the environment of whoever runs `dayzero`; `$${` is a literal
  `${`. Keys are left as they are.
- A *duration* is a number with a unit: `250ms`, `90s`, `5m`, `1h30m`, `7d`.
- Only `true` and `false` are booleans; `on`, `no` and dates are text. Unknown fields and keys that stand twice are refused.
- Secrets have no place in a plan: what looks like one is refused. Name them under `secrets`.
"""


def reference() -> str:
    """The page as Markdown."""
    pages = [_INTRODUCTION, _needs()]
    seen: list[type[Part]] = [Plan]
    for part in seen:
        pages.append(_section(part))
        for inner in _parts_below(part):
            if inner not in seen:
                seen.append(inner)
    return "\n".join(pages)


def _needs() -> str:
    lines = ["## What each strategy needs", "", "| strategy | gates | owners | copies state |", "| --- | --- | --- | --- |"]
    for strategy, needs in NEEDS.items():
        copies = "yes" if needs.copies_state else "no: `state.stores` is empty"
        lines.append(f"| `{strategy}` | {', '.join(needs.gates)} | {', '.join(sorted(needs.roles))} | {copies} |")
    return "\n".join([*lines, ""])


def _section(part: type[Part]) -> str:
    tag = tag_of(part)
    heading = f"## {part.__name__}" + (f" (`{tag}`)" if tag else "")
    lines = [heading, "", inspect.getdoc(part) or "", "", "| field | type | default | meaning |", "| --- | --- | --- | --- |"]
    for name, info in part.model_fields.items():
        cells = [f"`{name}`", _type(info.annotation, info), _default(info), info.description or ""]
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join([*lines, ""])


def _parts_below(part: type[Part]) -> list[type[Part]]:
    found: list[type[Part]] = []
    for info in part.model_fields.values():
        found += _parts_in(info.annotation)
    return found


def _parts_in(annotation: object) -> list[type[Part]]:
    found = parts_of(annotation)
    for one in alternatives(annotation):
        for inner in get_args(one) if get_origin(one) in (list, dict) else ():
            found += _parts_in(inner)
    return found


def _type(annotation: object, info: FieldInfo | None = None) -> str:
    """The type in words: `text`, `list of [Mapping](#mapping)`, `one of a, b`."""
    words = [_one_type(one) for one in alternatives(annotation) if one is not type(None)]
    bounds = [
        f"at least {rule.ge}" if isinstance(rule, Ge) else f"at most {rule.le}"
        for rule in (info.metadata if info else [])
        if isinstance(rule, Ge | Le)
    ]
    return ", ".join([" or ".join(words), *bounds])


def _one_type(one: Any) -> str:
    if get_origin(one) is Literal:
        return (
            "one of " + ", ".join(f"`{choice}`" for choice in get_args(one))
            if len(get_args(one)) > 1
            else f"`{get_args(one)[0]}`"
        )
    if get_origin(one) is list:
        return f"list of {_type(get_args(one)[0])}"
    if get_origin(one) is dict:
        return f"mapping of {_type(get_args(one)[0])} to {_type(get_args(one)[1])}"
    if isinstance(one, type) and issubclass(one, Part):
        tag = tag_of(one)
        return f"[{one.__name__}](#{(one.__name__ + (f'-{tag}' if tag else '')).lower()})"
    return {str: "text", int: "whole number", bool: "true or false", timedelta: "duration"}.get(one, "any JSON value")


def _default(info: FieldInfo) -> str:
    value = info.default
    if info.is_required():
        return "required"
    if isinstance(value, timedelta):
        return f"`{format_duration(value)}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, Part):
        return "its own defaults"
    return "none" if value is None else f"`{value}`" if value not in ("", [], {}) else "empty"
