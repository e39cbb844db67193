"""Walks the plan's models beside a path, so that messages and documents can speak of the fields that exist.

Lives here: questions about the models' types. Never here: words for people.
"""

import types
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from plan.fields import Part
from plan.model import Plan
from plan.problems import Path


def alternatives(annotation: object) -> list[object]:
    """The types that a value may have, with `Annotated` and unions taken apart."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return alternatives(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [one for part in get_args(annotation) for one in alternatives(part)]
    return [annotation]


def parts_of(annotation: object) -> list[type[Part]]:
    """The models among the alternatives."""
    return [one for one in alternatives(annotation) if isinstance(one, type) and issubclass(one, Part)]


def tag_of(part: type[Part]) -> str | None:
    """What marks this model in a union: the value of its `type`, `kind` or `router`."""
    for name in ("type", "kind", "router"):
        info = part.model_fields.get(name)
        if info is not None and get_origin(info.annotation) is Literal and len(get_args(info.annotation)) == 1:
            return str(get_args(info.annotation)[0])
    return None


def trace(location: tuple[str | int, ...]) -> tuple[Path, FieldInfo | None, list[type[Part]]]:
    """A pydantic error location as (the path in the data, the last field on it, the models that hold its end).

    pydantic puts the tag of a union's member and the marker `[key]` into locations; the data has neither.
    """
    path: Path = ()
    field: FieldInfo | None = None
    annotation: object = Plan
    holders: list[type[Part]] = [Plan]
    for part in location:
        models = parts_of(annotation)
        if len(models) > 1:
            chosen = [model for model in models if tag_of(model) == part]
            if chosen:
                annotation = chosen[0]
                continue
        if part == "[key]":
            continue
        path = (*path, part)
        holders = models
        field = next(
            (model.model_fields[str(part)] for model in models if part in model.model_fields), field if not models else None
        )
        annotation = field.annotation if field and models else inside(annotation)
    return path, field, holders


def inside(annotation: object) -> object:
    """The type of a list's items or of a dict's values."""
    for one in alternatives(annotation):
        if get_origin(one) in (list, dict):
            return get_args(one)[-1]
    return object
