"""Says in plain words what the models refuse, and how to mend it.

Lives here: the wording for pydantic's error types. Never here: rules of our own (`rules.py`).
"""

import re
from difflib import get_close_matches

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from plan.fields import Part
from plan.problems import Finding, shortened
from plan.secrecy import is_secret_name, is_secret_value
from plan.shape import trace

_QUOTED = re.compile(r"'([^']*)'")
_BOUNDS = {
    "greater_than_equal": ("ge", "Use at least"),
    "less_than_equal": ("le", "Use at most"),
    "greater_than": ("gt", "Use more than"),
    "less_than": ("lt", "Use less than"),
    "too_short": ("min_length", "Number of entries at least"),
    "string_too_short": ("min_length", "Number of characters at least"),
    "string_too_long": ("max_length", "Number of characters at most"),
}
_KINDS = {
    "string_type": ("text", "Put the value in quotes"),
    "int_parsing": ("a whole number", "Write a whole number"),
    "int_type": ("a whole number", "Write a whole number"),
    "int_from_float": ("a whole number", "Write a whole number"),
    "bool_parsing": ("true or false", "Write true or false"),
    "bool_type": ("true or false", "Write true or false"),
    "list_type": ("a list", "Begin each entry with `- `"),
    "dict_type": ("a mapping of fields", "Write `name: value` lines under it"),
    "model_type": ("a mapping of fields", "Write `field: value` lines under it"),
    "model_attributes_type": ("a mapping of fields", "Write `field: value` lines under it"),
}


def complaints(error: ValidationError) -> list[Finding]:
    """Each of the error's complaints as a finding."""
    return [_complaint(detail) for detail in error.errors(include_url=False)]


def _complaint(detail: ErrorDetails) -> Finding:
    path, field, holders = trace(detail["loc"])
    last = str(path[-1]) if path else ""
    kind, value, context = detail["type"], detail.get("input"), detail.get("ctx", {})
    shown = "the value" if is_secret_name(last) or is_secret_value(value) else shortened(value)
    what, mend = f"{shown} is wrong", "Correct the value"
    match kind:
        case "missing":
            what, mend = "the field is missing", f"Add `{last}`{_help(field)}"
        case "extra_forbidden":
            what, mend = f"there is no field `{last}` here", _other_field(last, holders)
        case "literal_error":
            what, mend = f"{shown} is not one of the values", _other_value(value, str(context.get("expected", "")))
        case "union_tag_invalid":
            tag, tags = context.get("tag"), str(context.get("expected_tags", ""))
            path = (*path, str(context.get("discriminator")).strip("'"))
            what, mend = f"{tag!r} is not one of the kinds", _other_value(tag, tags)
        case "union_tag_not_found":
            name = str(context.get("discriminator", "'type'")).strip("'")
            path, what, mend = (*path, name), "the field is missing", f"Add `{name}` to say which kind this is"
        case "string_pattern_mismatch":
            what, mend = f"{shown} does not have the right form", _form(field, str(context.get("pattern")))
        case _ if kind in _BOUNDS:
            name, word = _BOUNDS[kind]
            what, mend = f"{shown} is out of bounds", f"{word} {context.get(name)}"
        case _ if kind in _KINDS:
            wanted, mend = _KINDS[kind]
            what = f"{shown} is not {wanted}"
        case "value_error":
            what, _, mend = detail["msg"].removeprefix("Value error, ").partition("; ")
            mend = (mend[:1].upper() + mend[1:]) or "Correct the value"
    return Finding(path, what, mend)


def _other_field(name: str, holders: list[type[Part]]) -> str:
    known = sorted({field for holder in holders for field in holder.model_fields})
    if close := get_close_matches(name, known, n=1):
        return f"Did you mean `{close[0]}`?"
    return f"Remove it; known here: {', '.join(known)}" if known else "Remove it"


def _other_value(value: object, expected: str) -> str:
    choices = _QUOTED.findall(expected) or [expected]
    close = get_close_matches(str(value), choices, n=1)
    return (f"Did you mean {close[0]}? " if close else "") + f"Allowed: {', '.join(choices)}"


def _help(field: FieldInfo | None) -> str:
    """The first sentence of the field's description, and an example if the model has one."""
    if field is None:
        return ""
    words = f": {field.description.split('. ')[0].rstrip('.')}" if field.description else ""
    return words + (f" (such as {field.examples[0]})" if field.examples else "")


def _form(field: FieldInfo | None, pattern: str) -> str:
    if field is not None and field.examples:
        return f"Write it like {field.examples[0]}"
    return f"It must match {pattern}"
