"""A new plan: valid once its variables have values, and it explains every field that the models have."""

import json
import re
from typing import get_args

import pytest

from plan.load import load_plan
from plan.model import Plan, Strategy
from plan.problems import PlanError
from plan.scaffold import scaffold

FILLED = {
    "AWS_ACCOUNT": "123456789012",
    "API_ID": "a1b2c3",
    "AZURE_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000001",
    "TEMPLATE_URL": "https://artifacts.blob.core.windows.net/orders/main.json",
    "TEMPLATE_SHA256": "a" * 64,
    "PACKAGE_URL": "https://artifacts.blob.core.windows.net/orders/app.zip",
    "PACKAGE_SHA256": "b" * 64,
    "TARGET_VAULT": "https://orders.vault.azure.net",
    "TARGET_TABLES": "https://orders.table.core.windows.net",
    "TARGET_BLOBS": "https://orders.blob.core.windows.net",
    "TARGET_QUEUES": "https://orders.queue.core.windows.net",
    "SOURCE_BUCKET": "orders-files-in-aws",
    "ZONE_ID": "Z123",
    "RECORD": "orders.example.com",
    "OWNER": "Lena Lead",
    "OWNER_CONTACT": "+49 30 5550101",
    "APPROVER": "Petra Product",
    "APPROVER_CONTACT": "+49 30 5550102",
    "SIGNED_OFF_ON": "2026-11-20",
}


@pytest.mark.parametrize("workload", ["orders", "my-shop-2"])
@pytest.mark.parametrize("strategy", get_args(Strategy))
def test_it_is_a_valid_plan_once_its_variables_have_values(strategy: Strategy, workload: str) -> None:
    plan = load_plan(scaffold(workload, strategy), "plan.yaml", FILLED)
    assert (plan.workload, plan.strategy) == (workload, strategy)


def test_without_values_each_variable_is_asked_for() -> None:
    with pytest.raises(PlanError) as refused:
        load_plan(scaffold("orders", "planned-downtime"), "plan.yaml", {})
    text = "\n".join(problem.what for problem in refused.value.problems)
    assert [name for name in FILLED if f"{name} is not set" not in text] == []


@pytest.mark.parametrize("strategy", get_args(Strategy))
def test_every_field_of_the_plan_and_of_its_parts_is_explained(strategy: Strategy) -> None:
    text = scaffold("orders", strategy)
    words = " ".join(line.strip().removeprefix("#").strip() for line in text.splitlines())
    for name, info in Plan.model_fields.items():
        assert re.search(rf"^(# )?{name}:", text, re.MULTILINE), name
        assert " ".join((info.description or "").split()) in words
    for name in ("maintenance_function", "base_url", "quorum", "leftover", "shards", "code_sha256", "identity", "ncrontab"):
        assert re.search(rf"^ +(# )?{name}:", text, re.MULTILINE), name


def test_comments_show_the_defaults_of_the_models() -> None:
    """Every optional field of the timing, taken out of its comment, changes nothing."""
    text = scaffold("orders", "planned-downtime")
    awake = re.sub(r"^# (timing:|failback:|  \w+: .*)$", r"\1", text, flags=re.MULTILINE)
    assert awake != text
    plain, told = (load_plan(one, "plan.yaml", FILLED) for one in (text, awake))
    assert json.loads(told.model_dump_json()) == json.loads(plain.model_dump_json())
