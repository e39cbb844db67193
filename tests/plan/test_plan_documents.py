"""What is generated from the models: the JSON Schema for editors, the reference page, the hash."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from plan.document import read_document
from plan.fields import Part
from plan.hash import plan_hash
from plan.model import Plan
from plan.reference import reference
from plan.schema import schema, schema_text
from plan.shape import alternatives, parts_of
from tests.plan.plans import EXAMPLE, VARIABLES, data, example

ROOT = Path(__file__).resolve().parents[2]
REMEDY = "run `python -m cli.generate`"


def test_the_committed_schema_is_the_models() -> None:
    assert (ROOT / "plan" / "schema.json").read_text() == schema_text(), REMEDY


def test_the_committed_reference_is_the_models() -> None:
    assert (ROOT / "docs" / "plan.md").read_text() == reference(), REMEDY


def test_the_schema_takes_the_example_with_its_variables_and_names_itself() -> None:
    Draft202012Validator.check_schema(schema())
    validator = Draft202012Validator(schema())
    raw = read_document(EXAMPLE.read_text(), "plan.yaml").data
    assert [error.message for error in validator.iter_errors(raw)] == []
    assert [error.message for error in validator.iter_errors(data())] == []
    assert schema()["$id"].startswith("urn:dayzero:")


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [("window", "length", "soon"), ("timing", "attempts", 99), ("target", "unknown", 1), ("failback", "conflicts", "guess")],
)
def test_the_schema_refuses_what_the_models_refuse(part: str, field: str, value: object) -> None:
    changed = data()
    changed[part][field] = value
    assert not Draft202012Validator(schema()).is_valid(changed)


def every_part() -> set[type[Part]]:
    found: set[type[Part]] = {Plan}
    waiting: list[object] = [info.annotation for info in Plan.model_fields.values()]
    while waiting:
        annotation = waiting.pop()
        for part in parts_of(annotation):
            if part not in found:
                found.add(part)
                waiting += [info.annotation for info in part.model_fields.values()]
        waiting += [inner for one in alternatives(annotation) for inner in getattr(one, "__args__", ())]
    return found


def test_every_field_is_described_in_schema_and_reference() -> None:
    parts, page, exported = every_part(), reference(), json.dumps(schema())
    assert len(parts) > 20
    for part in parts:
        assert page.count(f"## {part.__name__}\n") + page.count(f"## {part.__name__} (") == 1
        for name, info in part.model_fields.items():
            assert info.description, f"{part.__name__}.{name} has no description"
            assert f"`{name}`" in page
            assert json.dumps(info.description) in exported


def test_the_hash_names_the_plan_and_not_its_spelling() -> None:
    plan = example()
    respelled = example(EXAMPLE.read_text().replace("poll: ${POLL:-5s}", "poll: 5000ms  # five seconds"))
    reordered = data()
    reordered["target"]["settings"] = dict(reversed(reordered["target"]["settings"].items()))
    assert plan_hash(plan) == plan_hash(Plan.model_validate(reordered))
    assert plan_hash(plan) == plan_hash(respelled) == plan_hash(Plan.model_validate(data()))
    assert len(plan_hash(plan)) == 64
    assert plan_hash(plan) != plan_hash(example(variables={**VARIABLES, "POLL": "6s"}))
