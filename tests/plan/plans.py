"""A valid plan for the tests of this room: the sample's, with every variable set."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from plan.load import load_plan, plan_from_json
from plan.model import Plan
from plan.problems import PlanError, Problem

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "orders" / "plan.yaml"
VARIABLES = {
    "API_ID": "a1b2c3",
    "ZONE_ID": "Z123",
    "AZURE_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000001",
    "TARGET_BASE_URL": "https://orders-func.azurewebsites.net",
    "TARGET_SCM_URL": "https://orders-func.scm.azurewebsites.net",
    "TARGET_TABLES": "https://orders.table.core.windows.net",
    "TARGET_BLOBS": "https://orders.blob.core.windows.net",
    "TARGET_QUEUES": "https://orders.queue.core.windows.net",
    "TARGET_VAULT": "https://orders.vault.azure.net",
    "PACKAGE_URL": "https://artifacts.blob.core.windows.net/orders/app.zip",
    "PACKAGE_SHA256": "a" * 64,
    "TEMPLATE_URL": "https://artifacts.blob.core.windows.net/orders/main.json",
    "TEMPLATE_SHA256": "b" * 64,
    "FRONT_DOOR": "https://orders.example.com",
    "SOURCE_URL": "https://a1b2c3.execute-api.eu-west-1.amazonaws.com",
}


def example(text: str | None = None, variables: dict[str, str] | None = None) -> Plan:
    """The sample's plan, or a changed text of it."""
    if text is None and variables is None:
        return _sample()
    return load_plan(EXAMPLE.read_text() if text is None else text, "plan.yaml", VARIABLES if variables is None else variables)


@cache
def _sample() -> Plan:
    """Read once a process: plans are frozen, and thousands of tests take this one."""
    return example(EXAMPLE.read_text(), VARIABLES)


def data() -> dict[str, Any]:
    """The sample's plan as JSON data that a test may change."""
    loaded: dict[str, Any] = json.loads(example().model_dump_json())
    return loaded


def problems_of(changed: object) -> dict[str, Problem]:
    """What is wrong with the data, by field; empty when nothing is."""
    try:
        plan_from_json(changed, "request")
    except PlanError as error:
        return {problem.field: problem for problem in error.problems}
    return {}


def text_problems(text: str, variables: dict[str, str] | None = None) -> list[Problem]:
    """What is wrong with the text."""
    try:
        example(text, variables)
    except PlanError as error:
        return error.problems
    return []
