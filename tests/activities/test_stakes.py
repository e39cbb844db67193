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
from ledger.votes import Vote
from tests.ledger.rows import new_run, write
from tests.plan.plans import VARIABLES, example

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
    run = write(ledger, new_run(example(variables=VARIABLES | {"STRATEGY": "minimized-downtime"})))
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


class Secrets:
    """One secret by the number of its version in AWS, and the ids of its versions in Key Vault."""

    def __init__(self) -> None:
        self.aws, self.vault = 1, ["k1"]
        self.trouble: AdapterError | None = None

    def source_version(self, _source: str) -> str:
        if self.trouble:
            raise self.trouble
        return f"v{self.aws}"

    def target_versions(self, _vault: str, _name: str) -> list[str]:
        return self.vault


@pytest.fixture
def secrets(ledger: Ledger, run: Run, store: Store, monkeypatch: pytest.MonkeyPatch) -> Secrets:
    found = Secrets()
    world = cast(World, SimpleNamespace(stores={"orders": store}, secrets=found))
    monkeypatch.setattr(context, "world_for", lambda *_: world)
    known = {"versions": {"orders/signing-key": "k1"}, "source_versions": {"orders/signing-key": "v1"}}
    ledger.steps.change(run.run, seq(run, "copy_secrets"), state="done", evidence=known)
    return found


def asked(ledger: Ledger, run: Run, gate: str) -> str:
    return str(opened(ledger, run, gate)["what"])


def test_the_last_gate_is_held_when_a_secret_was_rotated_after_it_was_copied(
    ledger: Ledger, run: Run, secrets: Secrets
) -> None:
    assert asked(ledger, run, "finalize") == "approval of finalize"
    secrets.aws = 2
    ledger.votes.cast(run.run, seq(run, "finalize"), Vote("Lena Lead", "Lena Lead", "approve", "", "cli"))
    gate = {"run": run.run, "seq": seq(run, "finalize"), "gate": "finalize"}
    held = gates.open_gate(gate)
    assert held["state"] == "held"
    assert "orders/signing-key (in Key Vault: orders-signing-key)" in held["why"]
    assert "restart the app" in held["why"]
    secrets.vault = ["k2", "k1"]  # somebody set the current value there
    assert gates.open_gate(gate)["state"] == "approved"


def test_what_was_copied_again_is_known(ledger: Ledger, run: Run, secrets: Secrets) -> None:
    secrets.aws, secrets.vault = 2, ["k2", "k1"]
    known = {"versions": {"orders-signing-key": "k2"}, "source_versions": {"orders/signing-key": "v2"}}
    ledger.steps.change(run.run, seq(run, "refresh_secrets"), state="done", evidence=known)
    assert asked(ledger, run, "finalize") == "approval of finalize"
    secrets.aws = 3
    assert "orders/signing-key" in asked(ledger, run, "finalize")


def test_a_source_that_does_not_answer_holds_the_gate(ledger: Ledger, run: Run, secrets: Secrets) -> None:
    secrets.trouble = AdapterError("unreachable", "Secrets Manager does not answer")
    assert "Secrets Manager does not answer" in asked(ledger, run, "finalize")


def test_other_gates_leave_rotations_to_the_steps_that_follow(ledger: Ledger, run: Run, secrets: Secrets) -> None:
    secrets.aws = 2
    assert asked(ledger, run, "open-window") == "approval of open-window"
