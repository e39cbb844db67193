"""The world of a plan: the right names in the right adapters, nothing made or asked before it is used."""

import logging
import socket
import time
from typing import Any, NoReturn

import pytest

from adapters import wiring
from adapters.azure.clients import azure_credential
from adapters.lazy import Workshop
from adapters.wiring import build_world, world_for
from adapters.world import World
from local.environment import Environment
from plan.model import Plan
from tests.plan.plans import data, example


def changed(**target: Any) -> Plan:
    """The sample's plan with another target."""
    held = data()
    return Plan.model_validate(held | {"target": held["target"] | target})


def test_building_makes_no_client_and_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a connection was opened while the world was built")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(wiring, "aws_session", refuse)
    monkeypatch.setattr(wiring, "AzureClients", refuse)
    plan = example()
    began = time.perf_counter()
    build_world(plan, {})
    assert time.perf_counter() - began < 0.05


def test_stores_and_queues_are_those_of_the_plan() -> None:
    plan = example()
    world = build_world(plan, {})
    assert set(world.stores) == {store.name for store in plan.state.stores}
    assert {name: store.name for name, store in world.stores.items()} == {name: name for name in world.stores}
    assert {name: store.shards for name, store in world.stores.items()} == {
        store.name: store.shards for store in plan.state.stores
    }
    assert {name: one.name for name, one in world.replications.items()} == {name: name for name in world.stores}
    assert {name: mover.name for name, mover in world.movers.items()} == {queue.name: queue.name for queue in plan.state.queues}


def test_the_needs_of_both_clouds_are_listed() -> None:
    world = build_world(example(), {})
    assert {action.partition(":")[0] for action, _ in world.aws_needs} >= {"lambda", "sqs", "route53"}
    assert {action.partition("/")[0] for action, _ in world.azure_needs} >= {"Microsoft.Web", "Microsoft.Resources"}


def test_the_aws_session_names_workload_and_role(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []

    def remember(*given: object) -> NoReturn:
        asked.append(given)
        raise LookupError

    monkeypatch.setattr(wiring, "aws_session", remember)
    plan = example()
    role = plan.model_copy(
        update={"source": plan.source.model_copy(update={"role_arn": "arn:aws:iam::000000000000:role/dayzero"})}
    )
    with pytest.raises(LookupError):
        build_world(role, {}).functions.code_hash("any")
    assert asked[0][:4] == (
        plan.source.region,
        "arn:aws:iam::000000000000:role/dayzero",
        plan.source.web_identity_audience,
        "dayzero-orders",
    )


def test_the_same_plan_has_one_world_and_another_plan_another() -> None:
    assert world_for(example()) is world_for(example())
    assert world_for(example()) is not world_for(changed(app="other-func"))


def test_a_lazy_object_is_made_once_at_its_first_use() -> None:
    made: list[str] = []

    def make() -> str:
        made.append("")
        return "TEXT"

    lazy = Workshop().lazy(make)
    assert made == []
    assert [lazy.lower(), lazy.lower()] == ["text", "text"]
    assert made == [""]


def test_an_object_that_could_not_be_made_is_tried_again() -> None:
    tries = ["0", "1"]

    def make() -> str:
        if tries.pop() == "1":
            raise ZeroDivisionError
        return "made"

    lazy = Workshop().lazy(make)
    with pytest.raises(ZeroDivisionError):
        lazy.upper()
    assert lazy.upper() == "MADE"


@pytest.fixture
def world(environment: Environment) -> World:
    """The sample's world in the embedded environment, whose target has not been deployed."""
    azure_credential.cache_clear()
    variables = environment.variables()
    return build_world(changed(subscription=variables["AZURE_SUBSCRIPTION_ID"], resource_group="nowhere"), variables)


def test_a_wired_world_reaches_both_clouds(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "azure.core.pipeline.policies.http_logging_policy"):
        assert not world.app.exists()
        assert world.package.current() is None
        assert world.azure_permissions.missing(world.azure_needs) == []
    assert "/resourceGroups/nowhere/providers/Microsoft.Web/sites/orders-func" in caplog.text
    with pytest.raises(Exception, match="no-such-function") as caught:
        world.functions.code_hash("no-such-function")
    assert getattr(caught.value, "code", "") == "not-found"
