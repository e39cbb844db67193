"""Changes by another hand: real ones, made behind the back of a step that is answered truly."""

import dataclasses
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import ValidationError

from adapters.errors import AdapterError
from adapters.records import Json
from adapters.world import World
from rehearsal.catalogue import catalogue
from rehearsal.faults import Tally, broken
from rehearsal.injection import Injection
from tests.rehearsal.test_rehearsal_catalogue import METHODS

ON_AGAIN = {
    "call": "mappings.set_enabled",
    "given": [True],
    "each": {"call": "mappings.snapshot", "given": ["orders-worker"], "field": "uuid"},
}


class Mappings:
    """Two mappings of a function; a colleague may be refused."""

    def __init__(self) -> None:
        self.on, self.refuses, self.calls = {"m-1": True, "m-2": True}, False, list[str]()

    def snapshot(self, _function: str) -> list[Json]:
        return [{"uuid": uuid, "enabled": on} for uuid, on in self.on.items()]

    def state(self, uuid: str) -> str:
        return "Enabled" if self.on[uuid] else "Disabled"

    def set_enabled(self, uuid: str, enabled: bool) -> None:
        if enabled and self.refuses:
            raise AdapterError("denied", "not you")
        self.calls.append(f"{uuid} {enabled}")
        self.on[uuid] = enabled


@pytest.fixture
def mappings() -> Mappings:
    return Mappings()


def meddled(mappings: Mappings, met: list[str], *more: Injection, **said: Any) -> Any:
    fields: dict[str, Any] = {"calls": ["mappings.set_enabled"], "kind": "meddle", "deeds": [ON_AGAIN]}
    faults = [("by-hand", Injection.model_validate(fields | said)), *(("other", one) for one in more)]
    empty = {field.name: SimpleNamespace() for field in dataclasses.fields(World)}
    world = World(**cast(Any, empty | {"aws_needs": [], "azure_needs": [], "mappings": mappings}))
    return broken(world, "orders-1 3 do", faults, Tally(), lambda mode, call: met.append(f"{mode} {call}")).mappings


def test_what_the_step_did_is_undone_behind_its_back_and_read_as_it_is(mappings: Mappings) -> None:
    met: list[str] = []
    port = meddled(mappings, met)
    port.set_enabled("m-1", False)
    assert mappings.calls == ["m-1 False", "m-1 True", "m-2 True"]
    assert (port.state("m-1"), met) == ("Enabled", ["by-hand mappings.set_enabled"])


def test_somebody_may_be_first(mappings: Mappings) -> None:
    port = meddled(mappings, [], when="before")
    port.set_enabled("m-1", False)
    assert (port.state("m-1"), port.state("m-2")) == ("Disabled", "Enabled")


def test_it_happens_as_often_as_it_is_said(mappings: Mappings) -> None:
    port = meddled(mappings, [], nth=2, times=1)
    for _ in range(3):
        port.set_enabled("m-1", False)
    assert mappings.calls == ["m-1 False", "m-1 False", "m-1 True", "m-2 True", "m-1 False"]


def test_the_change_by_hand_meets_no_fault_and_the_steps_own_counts(mappings: Mappings) -> None:
    lie = Injection(calls=["mappings.snapshot"], kind="answer", value=[], after_change=True)
    port = meddled(mappings, [], lie, times=1)
    assert len(port.snapshot("orders-worker")) == 2
    port.set_enabled("m-1", False)
    assert mappings.calls[1:] == ["m-1 True", "m-2 True"]
    assert port.snapshot("orders-worker") == [], "the step has changed something"


def test_a_change_by_hand_that_is_refused_has_not_struck(mappings: Mappings) -> None:
    met: list[str] = []
    mappings.refuses = True
    with pytest.raises(AdapterError, match="not you"):
        meddled(mappings, met).set_enabled("m-1", False)
    assert met == []


@pytest.mark.parametrize("said", [{"kind": "meddle"}, {"kind": "refuse", "deeds": [ON_AGAIN]}])
def test_only_meddling_has_deeds(said: Json) -> None:
    with pytest.raises(ValidationError, match="'meddle' has deeds"):
        Injection.model_validate({"calls": ["*.*"]} | said)


def test_what_the_catalogue_changes_by_hand_goes_through_ports_that_exist() -> None:
    deeds = [deed for mode in catalogue().modes for one in mode.inject for deed in one.deeds]
    calls = [deed.call for deed in deeds] + [deed.each.call for deed in deeds if deed.each]
    assert len(calls) > 5
    for call in calls:
        port, method = call.split(".")
        assert port in World.__dataclass_fields__, call
        assert method in METHODS, call
