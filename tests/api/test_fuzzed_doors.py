"""Every door of a real agent, fuzzed by its own OpenAPI document: nothing breaks it, and every answer is told there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks
from schemathesis.specs.openapi.schemas import OpenApiSchema

from api.openapi import document
from api.signed_in import PAGES_USE
from ledger.ledger import Ledger
from ledger.runs import Run
from local.environment import Environment
from local.stage import AGENT
from tests.api.fuzzing import SETTING, SIGNED_IN, cases, opened, runs
from tests.web.agent import Agent, agent

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
EACH = 25
"""Requests to a door."""
CHECKS: list[Any] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
TOLD = [(path, method, one["operationId"]) for path, found in document()["paths"].items() for method, one in found.items()]
DOORS = [f"{method.upper()} {path}" for path, method, _ in TOLD]
DOORS += [f"{method.upper()} {SIGNED_IN[:-1]}{path}" for path, method, name in TOLD if name in PAGES_USE]
SETTINGS = {"DAYZERO_SIGN_IN": "app-service", "WEBSITE_AUTH_ENABLED": "True"}
SETTINGS |= dict.fromkeys(("DAYZERO_LINK_KEYS", "DAYZERO_EVENT_KEYS", "DAYZERO_TEAMS_KEYS"), SETTING)


@dataclass
class Fuzzed:
    """The agent under test, its own document, and what stands in its ledger."""

    agent: Agent
    schema: OpenApiSchema
    runs: list[Run]


@pytest.fixture(scope="module")
def fuzzed(environment: Environment, ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    with agent(environment, tmp_path_factory.mktemp("fuzzed"), AGENT, **SETTINGS) as started, started.doors() as doors:
        told = doors.get("openapi.json").raise_for_status().json()
        told["components"]["schemas"]["Plan"] = {"type": "object"}  # plans are bent from the sample instead
        schema = schemathesis.openapi.from_dict(told)
        schema.config.generation.update(with_security_parameters=False)
        yield Fuzzed(started, schema, runs(ledger))


@pytest.mark.parametrize("door", DOORS)
def test_a_door_answers_whatever_comes_as_its_document_says(door: str, fuzzed: Fuzzed) -> None:
    operation = fuzzed.schema.find_operation_by_label(door)
    assert operation is not None, f"the document that is served has no {door}"

    @seed(5)
    @settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(operation, fuzzed.runs))
    def holds(case: Case[Any]) -> None:
        answer = case.call(f"{fuzzed.agent.url}/api", auth=opened(fuzzed.agent.key, door), timeout=20)
        assert answer.status_code != 401 or "/signed-in" in door or "decide" in door or "teams" in door
        case.validate_response(answer, checks=CHECKS)

    holds()


def test_every_door_is_fuzzed(fuzzed: Fuzzed) -> None:
    served = {f"{method.upper()} {path}" for path, found in fuzzed.schema.raw_schema["paths"].items() for method in found}
    assert served == set(DOORS)
