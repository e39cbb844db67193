"""A world behind faults: calls that are met break as they were told to, all others come through."""

import dataclasses
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters import wiring
from adapters.errors import AdapterError
from adapters.records import Answer, Comparison, Depth, Digest
from adapters.world import World
from ledger.rehearsals import Rehearsal as Rehearsed
from plan.model import Plan
from plan.rehearsal import Rehearsal
from rehearsal import faults
from rehearsal.faults import Tally, broken
from rehearsal.injection import Injection
from rehearsal.permission import refusal
from rehearsal.untrue import contrary, in_place_of
from tests.plan.plans import example


class Router:
    def __init__(self) -> None:
        self.now = 0

    def weight(self) -> int:
        return self.now

    def set_weight(self, target: int) -> None:
        self.now = target


def world(**ports: Any) -> World:
    empty = {field.name: SimpleNamespace() for field in dataclasses.fields(World)}
    return World(**cast(Any, empty | {"aws_needs": [], "azure_needs": []} | ports))


def behind(port: Any, *given: Injection, tally: Tally | None = None, name: str = "router", met: list[str] | None = None) -> Any:
    told = [] if met is None else met
    faults = [(f"mode-{number}", one) for number, one in enumerate(given)]
    seen = broken(world(**{name: port}), "orders-1 3 do", faults, tally or Tally(), lambda _, call: told.append(call))
    return getattr(seen, name)


def fault(call: str, kind: str, **more: Any) -> Injection:
    return Injection.model_validate({"calls": [call], "kind": kind} | more)


def test_a_refused_call_does_not_act_and_is_told() -> None:
    router, met = Router(), list[str]()
    port = behind(router, fault("router.set_weight", "refuse", code="denied"), met=met)
    with pytest.raises(AdapterError, match=r"router\.set_weight: broken on purpose") as told:
        port.set_weight(25)
    assert (told.value.code, router.now, port.weight(), met) == ("denied", 0, 0, ["router.set_weight"])


def test_a_call_whose_answer_is_lost_has_acted() -> None:
    router = Router()
    with pytest.raises(AdapterError):
        behind(router, fault("change", "lost-answer", code="unreachable")).set_weight(25)
    assert router.now == 25


def test_a_time_out_comes_late_and_has_not_acted(monkeypatch: pytest.MonkeyPatch) -> None:
    router, slept = Router(), list[float]()
    monkeypatch.setattr("time.sleep", slept.append)
    with pytest.raises(AdapterError):
        behind(router, fault("change", "time-out", code="unreachable", seconds=7.5)).set_weight(25)
    assert (router.now, slept) == (0, [7.5])


def test_the_nth_call_is_met_so_many_times_over_all_tries() -> None:
    router, tally = Router(), Tally()
    met = list[str]()
    for weight in (1, 2, 3, 4):  # each try gets a world of its own
        port = behind(router, fault("change", "refuse", nth=2, times=2), tally=tally, met=met)
        try:
            port.set_weight(weight)
        except AdapterError:
            continue
    assert (router.now, len(met)) == (4, 2)


def test_what_was_read_before_the_change_is_true() -> None:
    port = behind(Router(), fault("look", "answer", after_change=True))
    assert port.weight() == 0
    port.set_weight(25)
    assert port.weight() == 26


def test_a_later_look_is_untrue_as_well() -> None:
    tally, router = Tally(), Router()
    behind(router, fault("look", "answer", after_change=True), tally=tally).set_weight(25)
    assert behind(router, fault("look", "answer", after_change=True), tally=tally).weight() == 26


def test_ports_by_name_are_behind_faults_too() -> None:
    store = SimpleNamespace(count=lambda: (3, 0), name="orders")
    stores = behind({"orders": store}, fault("stores.count", "answer", value=[3, 9]), name="stores")
    assert (stores["orders"].count(), stores["orders"].name) == ((3, 9), "orders")


def test_a_get_is_a_look_and_a_post_a_change() -> None:
    port = behind(SimpleNamespace(ask=lambda *_: Answer(200)), fault("change", "answer", value={"status": 401}), name="web")
    assert (port.ask("GET", "/").status, port.ask("POST", "/").status) == (200, 401)


@pytest.mark.parametrize(
    ("truth", "untrue"),
    [
        (True, False), (3, 4), ("aws", "rehearsed-aws"), ([1], []), ([], ["rehearsed"]), ({}, {"rehearsed": "rehearsed"}),
        ({"a": 1}, {}), ((1, True), (2, False)), (None, "rehearsed"), (Depth(0, 0), Depth(1, 0)),
        (Comparison(Digest(1, "a"), Digest(1, "a")), Comparison(Digest(2, "a"), Digest(1, "a"))),
    ],
)  # fmt: skip
def test_the_contrary_has_the_shape_of_the_truth(truth: object, untrue: object) -> None:
    assert contrary(truth) == untrue


def test_said_fields_replace_those_of_a_record() -> None:
    assert in_place_of(Answer(200, body={"a": 1}), {"status": 404}) == Answer(404, body={"a": 1})


def rehearsed(**said: Any) -> Plan:
    return example().model_copy(update={"rehearsal": Rehearsal(**said) if said else None})


def test_a_plan_permits_rehearsals_by_saying_twice_where() -> None:
    plan = example()
    account, subscription = plan.source.account, plan.target.subscription
    assert refusal(rehearsed(account=account, subscription=subscription.upper())) == ""
    assert "does not say" in refusal(rehearsed())
    assert "does not say" in refusal(rehearsed(account=account))
    assert "in account 999999999999" in refusal(rehearsed(account="999999999999", subscription=subscription))
    assert "in subscription other" in refusal(rehearsed(account=account, subscription="other"))


def test_an_agent_with_faults_carries_no_plan_that_does_not_permit_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYZERO_WORLD_WRAPPER", "rehearsal.faults:wrap")
    with pytest.raises(AdapterError, match="this agent is for rehearsals, and the plan may be rehearsed in account nowhere"):
        wiring.world_for(example(), "orders-1", "copy_state", "do")


def test_a_wrapper_that_is_not_there_is_told_by_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYZERO_WORLD_WRAPPER", "rehearsal.nothing:wrap")
    with pytest.raises(AdapterError, match=r"DAYZERO_WORLD_WRAPPER is 'rehearsal\.nothing:wrap'"):
        wiring.world_for(example())


def test_without_the_setting_the_world_is_as_it_was_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAYZERO_WORLD_WRAPPER", raising=False)
    assert wiring.world_for(example()) is wiring.world_for(example(), "orders-1", "copy_state", "do")


class Book:
    """A ledger with one rehearsal."""

    def __init__(self, **changes: Any) -> None:
        cells = [("switch_traffic", "hindered-way-back")]
        row = Rehearsed("orders-1", "orders", "planned-downtime", cells, "hash", "0.1", "then")
        self.rehearsals, self.row, self.struck = self, dataclasses.replace(row, **changes), list[str]()
        self.tally = Tally()

    def get(self, workload: str, run: str) -> Rehearsed | None:
        return self.row if (workload, run) == ("orders", "orders-1") else None

    def strike(self, _run: str, _place: tuple[str, str], where: str) -> None:
        self.struck.append(where)


def stepped(monkeypatch: pytest.MonkeyPatch, book: Book, run: str, step: str, phase: str, line: int = 1) -> Any:
    monkeypatch.setattr(faults, "open_ledger", lambda: book)
    monkeypatch.setattr(faults, "_TALLY", book.tally)
    plan = example()
    plan = rehearsed(account=plan.source.account, subscription=plan.target.subscription)
    return faults.wrap(world(router=Router()), plan, run, step, phase, line).router


def test_the_rehearsed_step_alone_is_broken_each_way_by_its_own_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book()
    with pytest.raises(AdapterError, match="lost-answer, unreachable"):
        stepped(monkeypatch, book, "orders-1", "switch_traffic", "do").set_weight(25)
    with pytest.raises(AdapterError, match="refuse, throttled"):
        stepped(monkeypatch, book, "orders-1", "switch_traffic", "undo").set_weight(0)
    assert book.struck == ["switch_traffic (do): router.set_weight", "switch_traffic (undo): router.set_weight"]


def test_each_line_of_a_step_meets_its_failures_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book(cells=[("shift_traffic", "error-before-once"), ("shift_traffic", "throttled"), ("bake", "throttled")])
    for line in (20, 22):
        for said in ("refuse, unexpected", "refuse, throttled"):
            with pytest.raises(AdapterError, match=said):
                stepped(monkeypatch, book, "orders-1", "shift_traffic", "do", line).set_weight(25)
        stepped(monkeypatch, book, "orders-1", "shift_traffic", "do", line).set_weight(25)
    assert len(book.struck) == 4


@pytest.mark.parametrize(("run", "step", "lifted"), [
    ("orders-2", "switch_traffic", False), ("orders-1", "prepare_dns", False), ("orders-1", "switch_traffic", True),
])  # fmt: skip
def test_nothing_else_is_broken(monkeypatch: pytest.MonkeyPatch, run: str, step: str, lifted: bool) -> None:
    port = stepped(monkeypatch, Book(lifted=lifted), run, step, "do")
    port.set_weight(25)
    assert port.weight() == 25
