"""The plan's JSON Schema, for editors and other programs.

Lives here: the export. Never here: the rules between fields, which JSON Schema cannot say (`rules.py`).

A plan file may hold `${NAME}` wherever a value stands, so every value that is not free text may also be such a reference.
"""

import json
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from plan.fields import format_duration
from plan.model import Plan

ID = "urn:dayzero:plan:1"
_REFERENCE = {
    "type": "string",
    "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^{}]*)?\}",
    "description": "A variable, replaced before the plan is checked: ${NAME} or ${NAME:-default}.",
}
_KEPT_OUTSIDE = ("title", "description", "default", "examples")


class _Generator(GenerateJsonSchema):
    """Writes defaults as a plan file has them."""

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, timedelta):
            return format_duration(dft)
        return dft.model_dump(mode="json") if isinstance(dft, BaseModel) else super().encode_default(dft)


def model_schema(references: str) -> dict[str, Any]:
    """The same of a finished plan, as it is posted: without variables.

    Args:
        references: where other parts are found, with `{model}` for a part's name.
    """
    return Plan.model_json_schema(mode="validation", schema_generator=_Generator, ref_template=references)


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a plan file before its variables are replaced."""
    opened: dict[str, Any] = _opened(model_schema("#/$defs/{model}"))
    opened["$defs"]["Reference"] = dict(_REFERENCE)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        **opened,
        "title": "Plan of a dayzero migration",
    }


def schema_text() -> str:
    """The schema as it is committed in `plan/schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _opened(node: Any) -> Any:
    """The schema with references allowed beside every number, boolean, choice and patterned text."""
    if isinstance(node, list):
        return [_opened(one) for one in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") in ("integer", "number", "boolean") or (
        node.get("type") == "string" and ("pattern" in node or "enum" in node)
    ):
        inner = {key: value for key, value in node.items() if key not in _KEPT_OUTSIDE}
        return {key: node[key] for key in _KEPT_OUTSIDE if key in node} | {"anyOf": [inner, {"$ref": "#/$defs/Reference"}]}
    return {key: value if key in ("propertyNames", "default", "examples") else _opened(value) for key, value in node.items()}
