"""The last gate says what it ends: in the ledger once, with ages that grow."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from activities import context, gates
from adapters.errors import AdapterError
from adapters.records import Comparison, Digest
from adapters.world import World
from cli.table import stakes_lines
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.status import status
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

BEGAN = "2026-11-23T02:00:00+00:00"


class Store:
    """A store of two sides."""

    shards = 4

    def __init__(self) -> None:
        self.looks = 0
        self.trouble: AdapterError | None = None

    def compare(self, _shard: int, _named: int = 100) -> Comparison:
        self.looks += 1
        if self.trouble:
            raise self.trouble
        return Comparison(Digest(10, "a"), Digest(12, "b"), ("x", "y", "z"))


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def run(ledger: Ledger, store: Store, monkeypatch: pytest.MonkeyPatch) -> Run:
    world = cast(World, SimpleNamespace(stores={"orders": store}))
    monkeypatch.setattr(context, "world_for", lambda *_: world)
    run = write(ledger, new_run(example()))
    for name in ("confirm_failback", "enable_target"):
        ledger.steps.change(run.run, seq(run, name), state="done", started=BEGAN, ended=BEGAN)
    return run


def seq(run: Run, name: str) -> int:
    return next(int(line["seq"]) for line in run.runbook if line["name"] == name)


def opened(ledger: Ledger, run: Run, gate: str) -> dict[str, Any]:
    gates.open_gate({"run": run.run, "seq": seq(run, gate), "gate": gate})
    waiting: dict[str, Any] = status(ledger, ledger.runs.get(run.run), {})["waiting_for"]
    return waiting


def test_the_last_gate_says_what_it_ends(ledger: Ledger, run: Run, store: Store) -> None:
    stakes = opened(ledger, run, "finalize")["stakes"]
    assert any("not written back" in sentence for sentence in stakes["impossible"])
    assert stakes["data"] == {"orders": {"compared": "shard 1 of 4", "on_aws": 10, "on_azure": 12, "differ": 3}}
    assert stakes["way_back_age"] == stakes["azure_writes_for"] > 0
    assert "Stay on Azure" in stakes["instead"]
    opened(ledger, run, "finalize")
    assert store.looks == 1, "looked at once, when the gate opens"
    told = stakes_lines(stakes)
    assert "orders: 3 items differ in shard 1 of 4." in told
    assert any(line.startswith("The way back was proven") for line in told)


def test_a_store_that_does_not_answer_does_not_keep_the_gate_shut(ledger: Ledger, run: Run, store: Store) -> None:
    store.trouble = AdapterError("unreachable", "the table does not answer")
    stakes = opened(ledger, run, "finalize")["stakes"]
    assert stakes["data"] == {"orders": {"unknown": "the table does not answer"}}
    assert "orders: the table does not answer." in stakes_lines(stakes)


def test_the_record_keeps_what_was_at_stake_beside_the_decision(ledger: Ledger, run: Run) -> None:
    opened(ledger, run, "finalize")
    line = seq(run, "finalize")
    ledger.steps.decide(run.run, line, {"decision": "approve", "by": "Petra Product", "reason": ""})
    gates.open_gate({"run": run.run, "seq": line, "gate": "finalize"})
    evidence = ledger.steps.get(run.run, line).evidence
    assert (evidence["by"], evidence["data"]["orders"]["differ"]) == ("Petra Product", 3)


def test_other_gates_end_nothing(ledger: Ledger, run: Run, store: Store) -> None:
    assert "stakes" not in opened(ledger, run, "cutover")
    assert (store.looks, stakes_lines({})) == (0, [])
