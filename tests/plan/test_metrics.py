"""Metric gates in a plan: sensible without a word, and refused when they could not be judged."""

from datetime import timedelta
from typing import Any

import pytest

from plan.metrics import ErrorRate, Latency, Metrics, ProbeErrors
from plan.model import Plan
from tests.plan.plans import data, problems_of

METRIC = {"namespace": "Shop", "name": "OrdersPlaced"}
HERE = "checks.metrics.gates[0]"


def with_gates(*gates: dict[str, Any], **settings: Any) -> dict[str, Any]:
    plan = data()
    plan["checks"]["metrics"] = {"gates": list(gates), **settings}
    return plan


def test_a_plan_without_a_word_compares_errors_and_latency() -> None:
    plan = data()
    del plan["checks"]["metrics"]
    metrics = Plan.model_validate(plan).checks.metrics
    assert [type(gate) for gate in metrics.gates] == [ErrorRate, ProbeErrors, Latency]
    assert (metrics.alpha, metrics.minimum, metrics.extend, metrics.decide_within) == (0.01, 30, 2, timedelta(hours=4))


def test_every_kind_of_gate_is_understood() -> None:
    gates: list[dict[str, Any]] = [
        {"kind": "error-rate", "above": 0.02, "dry": True},
        {"kind": "probe-errors"},
        {"kind": "latency", "ratio": 2, "slack": "50ms"},
        {"kind": "latency", "name": "slow tail", "quantile": 0.95},
        {"kind": "throttles", "limit": 3},
        {"kind": "queue-age", "queue": "orders", "limit": "2m"},
        {"kind": "custom", "name": "orders", "source": METRIC, "target": METRIC, "ratio": 1.2},
    ]
    changed = with_gates(*gates, alpha=0.05, minimum=50, extend=0)
    assert problems_of(changed) == {}
    metrics = Plan.model_validate(changed).checks.metrics
    assert Metrics.model_validate(metrics.model_dump(mode="json")) == metrics


@pytest.mark.parametrize(
    ("gate", "field", "words"),
    [
        ({"kind": "errors"}, f"{HERE}.kind", "not one of the kinds"),
        ({"kind": "error-rate", "above": 1}, f"{HERE}.above", "out of bounds"),
        ({"kind": "latency", "ratio": 0.5}, f"{HERE}.ratio", "out of bounds"),
        ({"kind": "queue-age", "queue": "nobody", "limit": "2m"}, f"{HERE}.queue", "not the name of a queue"),
        ({"kind": "custom", "above": 1}, HERE, "names no metric"),
        ({"kind": "custom", "target": METRIC}, HERE, "held against nothing"),
        ({"kind": "custom", "target": METRIC, "ratio": 2}, f"{HERE}.ratio", "nothing to be compared with"),
    ],
)
def test_a_gate_that_could_not_be_judged_is_refused(gate: dict[str, Any], field: str, words: str) -> None:
    found = problems_of(with_gates(gate))
    assert words in found[field].what
    assert found[field].mend


def test_two_gates_of_one_name_are_refused() -> None:
    found = problems_of(with_gates({"kind": "latency"}, {"kind": "latency", "quantile": 0.9}))
    assert "two gates are called latency" in found["checks.metrics.gates[1].name"].what


def test_a_component_is_named_by_its_id() -> None:
    assert "checks.metrics.application_insights" in problems_of(with_gates(application_insights="orders-insights"))
