"""The OpenAPI document is one, has every door of the app and no other, and says how each is opened."""

import json
import os
import subprocess
import sys

import pytest
import schemathesis
from jsonschema import Draft202012Validator

from api.openapi import document, openapi
from plan.model import Plan
from tests.api.doors import Json, ask, read, request
from tests.docs.pages import ROOT
from tests.plan.plans import data

COMPARE = """
import json, function_app
from api.openapi import document
bindings = [b for f in function_app.app.get_functions() for b in f.get_bindings() if b.type == "httpTrigger"]
routes = [[f"/{b.route}", m.value.lower(), b.auth_level.value == "function"] for b in bindings for m in b.methods]
keyed = {"functionKey": []}
told = [[path, word, keyed in one["security"]] for path, found in document()["paths"].items() for word, one in found.items()]
print(json.dumps([sorted(routes), sorted(told)]))
"""
SIGN_IN = {"DAYZERO_SIGN_IN": "app-service", "WEBSITE_AUTH_ENABLED": "True"}


def operations(found: Json) -> list[Json]:
    return [operation for methods in found["paths"].values() for operation in methods.values()]


@pytest.mark.parametrize("settings", [{}, SIGN_IN], ids=["keys", "sign-in"])
def test_every_door_of_the_app_is_in_it_as_it_is_opened_and_nothing_else(settings: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COMPARE], cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=True
    )
    routes, told = json.loads(done.stdout.splitlines()[-1])
    assert told == routes
    assert ("/signed-in/migrations" in {path for path, *_ in told}) == bool(settings)


def test_it_is_served_as_it_is_made_and_is_valid() -> None:
    found = read(ask(openapi, request("GET", "openapi.json")))
    assert found == document()
    schemathesis.openapi.from_dict(found).validate()
    references = {part.partition('"')[0] for part in json.dumps(found).split('"$ref": "#/components/schemas/')[1:]}
    assert references <= set(found["components"]["schemas"])


def test_each_door_says_what_it_is_for_and_which_problems_it_has() -> None:
    found = document()
    for operation in operations(found):
        assert operation["summary"], operation["operationId"]
        for scheme in operation["security"]:
            assert set(scheme) <= set(found["components"]["securitySchemes"])
        assert bool(operation["security"]) == ("401" in operation["responses"]) or "decide" in operation["summary"].lower()
        assert {"500", "503"} <= set(operation["responses"])


def test_the_plan_in_it_is_the_models_own() -> None:
    found = document()
    validator = Draft202012Validator({**found["components"]["schemas"]["Plan"], "components": found["components"]})
    assert validator.is_valid(data())
    assert not validator.is_valid({**data(), "workload": 7})
    assert set(found["components"]["schemas"]["Plan"]["properties"]) == set(Plan.model_fields)
