"""The recording of a runbook: from the orchestrator that runs, without waiting, the same for the same plan."""

from datetime import timedelta
from typing import Any

import pytest

from activities.registry import STEPS
from activities.step import WORDS
from activities.steps.switch_traffic import SwitchTraffic
from ledger.values import digest
from manual.recorder import record
from orchestrators import strategies
from orchestrators.listener import Lines
from orchestrators.saga import Saga
from plan.load import plan_from_json
from plan.model import Strategy
from plan.strategies import NEEDS
from tests.plan.plans import data, example

PLAN = example()
LINES = record(PLAN)
TOLD = {strategy: record(PLAN.model_copy(update={"strategy": strategy})) for strategy in strategies.RUNBOOKS}


def of_kind(kind: str) -> list[Any]:
    """Lines of all runbooks, each as a case of its own."""
    lines = [(strategy, line) for strategy, runbook in TOLD.items() for line in runbook if line["kind"] == kind]
    return [pytest.param(line, id=f"{strategy}-{line['seq']}-{line['name']}") for strategy, line in lines]


def test_every_step_stands_in_a_runbook() -> None:
    assert {line["name"] for lines in TOLD.values() for line in lines if line["kind"] == "step"} == set(STEPS)


@pytest.mark.parametrize("strategy", strategies.RUNBOOKS)
def test_the_gates_of_a_runbook_are_those_that_its_plan_must_have(strategy: Strategy) -> None:
    lines = TOLD[strategy]
    assert [line["name"] for line in lines if line["kind"] == "gate"] == list(NEEDS[strategy].gates)
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))


@pytest.mark.parametrize("line", of_kind("step"))
def test_a_step_says_its_six_words_and_who_answers_for_it(line: dict[str, object]) -> None:
    for word in {*WORDS, "title", "person", "contact"} - {"estimate"}:
        assert isinstance(line[word], str)
        assert line[word]
        assert "{" not in str(line[word])
    assert float(str(line["estimate_seconds"])) > 0
    owner = PLAN.owners[line["owner"]]  # type: ignore[index]
    assert (line["person"], line["contact"]) == (owner.name, owner.contact)


@pytest.mark.parametrize("line", of_kind("gate"))
def test_a_gate_says_what_it_asks_and_of_whom(line: dict[str, object]) -> None:
    gate = PLAN.approvals[line["name"]]  # type: ignore[index]
    assert line["approvers"] == gate.approvers
    assert (line["timeout_seconds"], line["on_timeout"]) == (gate.timeout.total_seconds(), gate.on_timeout)
    assert all(line[word] and "{" not in str(line[word]) for word in ("title", "asks", "approved", "rejected"))


@pytest.mark.parametrize(
    ("strategy", "following"),
    [
        ("planned-downtime", ("refresh_secrets", "switch_traffic", "retire_source")),
        ("minimized-downtime", ("refresh_secrets", "switch_traffic", "stop_replication")),
    ],
)
def test_gates_stand_where_clients_are_about_to_notice(strategy: Strategy, following: tuple[str, ...]) -> None:
    names = [line["name"] for line in TOLD[strategy]]
    assert tuple(names[names.index(gate) + 1] for gate in NEEDS[strategy].gates) == following
    closing = names.index("quiesce_source")
    assert names.index("open-window") < closing < names.index("cutover")


def test_a_bulk_copy_stands_in_the_window_only_where_the_strategy_says_so() -> None:
    copied = {"planned-downtime": "copy_state", "minimized-downtime": "backup_state"}
    for strategy, step in copied.items():
        names = [line["name"] for line in TOLD[strategy]]
        assert (names.index(step) > names.index("open-window")) == (strategy == "planned-downtime")
        assert set(copied.values()) & set(names) == {step}


def test_the_position_of_now_is_noted_before_the_copy_begins() -> None:
    names = [line["name"] for line in TOLD["minimized-downtime"]]
    order = [names.index(name) for name in ("start_replication", "backup_state", "sync_deltas", "copy_delta", "enable_target")]
    assert order == sorted(order)


def test_the_same_plan_gives_the_same_hash_and_another_plan_another() -> None:
    assert digest(record(example())) == digest(LINES)
    other = data()
    other["approvals"]["cutover"]["timeout"] = "31m"
    assert digest(record(plan_from_json(other, "other"))) != digest(LINES)
    renamed = data()
    renamed["owners"]["qa"]["contact"] = "another@example.com"
    assert digest(record(plan_from_json(renamed, "renamed"))) != digest(LINES)


def test_a_runbook_that_waits_for_nobody_knows_what_is_no_runbook(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(saga: Saga) -> Lines:
        yield from saga._listener.wait()

    monkeypatch.setitem(strategies.RUNBOOKS, PLAN.strategy, forgetful)
    with pytest.raises(AssertionError, match="the orchestrator waits for"):
        record(PLAN)


def test_what_a_step_is_told_stands_in_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def ramp(saga: Saga) -> Lines:
        for share in (25, 100):
            yield from saga.step(SwitchTraffic, share=share)

    monkeypatch.setitem(strategies.RUNBOOKS, PLAN.strategy, ramp)
    assert [(line["seq"], line["arguments"]) for line in record(PLAN)] == [(1, {"share": 25}), (2, {"share": 100})]


def test_time_stands_still_while_recording() -> None:
    slow = PLAN.model_copy(update={"timing": PLAN.timing.model_copy(update={"bake": timedelta(days=300)})})
    assert [line["name"] for line in record(slow)] == [line["name"] for line in LINES]
