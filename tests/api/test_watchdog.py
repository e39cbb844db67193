"""The watchdog: a run that no orchestration carries goes on, or asks; no run is carried twice."""

from datetime import timedelta
from typing import Any

import pytest
from durabletask.client import OrchestrationStatus

from api import watchdog
from ledger.errors import LedgerUnavailable
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.steps import Steps
from plan.model import Plan
from tests.api.doors import Durable, ask, problem
from tests.api.test_control import decide, say
from tests.approvals.gates import AtTheGate
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

GONE = (None, OrchestrationStatus.TERMINATED, OrchestrationStatus.FAILED, OrchestrationStatus.COMPLETED)
ALIVE = (OrchestrationStatus.RUNNING, OrchestrationStatus.PENDING, OrchestrationStatus.SUSPENDED)


def planned(**timing: Any) -> Plan:
    plan = example()
    return plan.model_copy(update={"timing": plan.timing.model_copy(update={"lost_after": timedelta(0), **timing})})


@pytest.fixture
def run(ledger: Ledger) -> Run:
    return write(ledger, new_run(planned()))


def look(durable: Durable) -> None:
    ask(watchdog.watchdog, None, durable)  # type: ignore[arg-type]  # what a timer brings is not looked at


def started(durable: Durable, run: Run) -> int:
    return sum(one["id"] == run.run for one in durable.started)


def said(ledger: Ledger, run: Run) -> list[str]:
    return [event["text"] for event in ledger.events.of(run.run) if event["kind"] == "watchdog"]


@pytest.mark.parametrize("status", GONE)
@pytest.mark.parametrize("state", ["running", "waiting", "paused", "failing-back"])
def test_a_run_that_is_lost_goes_on(ledger: Ledger, run: Run, status: OrchestrationStatus | None, state: str) -> None:
    ledger.runs.change(run.workload, run.run, state=state)
    durable = Durable(living={run.run: status} if status is not None else {})
    look(durable)
    look(durable)
    assert started(durable, run) == 1, "it lives after the first look"
    assert len(said(ledger, run)) == 1
    assert "goes on from the ledger" in said(ledger, run)[0]


@pytest.mark.parametrize("status", ALIVE)
def test_a_run_that_lives_is_left_alone_and_seen(ledger: Ledger, run: Run, status: OrchestrationStatus) -> None:
    durable, before = Durable(living={run.run: status}), ledger.runs.last_sign(run)
    look(durable)
    assert (started(durable, run), said(ledger, run)) == (0, [])
    assert ledger.runs.last_sign(run) > before, "a run that waits for days at a gate shows that it lives"


@pytest.fixture
def gate(ledger: Ledger) -> AtTheGate:
    return AtTheGate(ledger, {"quorum": 1}, {"state": "waiting"})


def decided(gate: AtTheGate, long_ago: bool = True) -> Durable:
    """A decision that stands in the ledger; whoever took it died before the gate was told."""
    broken = Durable(broken=True)
    assert problem(decide(broken, gate.run, gate.gate))["status"] == 500
    if long_ago:
        key = {"PartitionKey": gate.id, "RowKey": f"{gate.seq:04d}-decision"}
        gate.ledger.steps._storage.merge("steps", key | {"at": "2026-11-23T02:00:00+00:00"})
    return Durable(living={gate.id: OrchestrationStatus.RUNNING})


def told(durable: Durable, gate: AtTheGate) -> list[str]:
    return [name for run, name, _data in durable.raised if run == gate.id]


def test_a_decision_that_never_reached_its_gate_is_told_until_the_gate_takes_it(gate: AtTheGate) -> None:
    durable = decided(gate)
    look(durable)
    assert told(durable, gate) == ["cutover"]
    gate.ledger.steps.change(gate.id, gate.seq, state="done")
    look(durable)
    assert told(durable, gate) == ["cutover"]


def test_a_vote_whose_gate_was_never_settled_settles_it(gate: AtTheGate, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Steps, "decide", lambda *_: (_ for _ in ()).throw(LedgerUnavailable("writing steps: no answer")))
        assert problem(decide(Durable(), gate.run, "cutover"))["status"] == 503
    assert gate.ledger.steps.decision(gate.id, gate.seq) is None
    look(Durable(living={gate.id: OrchestrationStatus.RUNNING}))
    assert gate.decision is not None
    assert gate.decision["decision"] == "approve"


def test_a_decision_of_this_moment_and_a_gate_that_is_held_are_left_alone(gate: AtTheGate) -> None:
    durable = decided(gate, long_ago=False)
    look(durable)
    assert told(durable, gate) == []
    gate.ledger.steps.change(gate.id, gate.seq, waiting_for="the source to be as it was frozen; it drifted: ...")
    durable = Durable(living=durable.living)
    look(durable)
    assert told(durable, gate) == []


def test_an_abort_that_never_reached_its_run_is_told_until_it_turns_back(ledger: Ledger, run: Run) -> None:
    assert problem(say(Durable(broken=True), run.run, "abort"))["status"] == 500
    durable = Durable(living={run.run: OrchestrationStatus.RUNNING})
    look(durable)
    assert (run.run, "control", {"action": "abort", "by": "Lena Lead", "reason": "complaints"}) in durable.raised
    ledger.runs.change(run.workload, run.run, failing_back=True)
    durable = Durable(living=durable.living)
    look(durable)
    assert [one for one in durable.raised if one[0] == run.run] == []


def test_a_run_that_somebody_writes_of_is_not_lost(ledger: Ledger) -> None:
    run, durable = write(ledger, new_run(planned(lost_after=timedelta(minutes=3)))), Durable()
    look(durable)
    assert started(durable, run) == 0, "its orchestration may be in another task hub, or is being started"


def test_a_plan_may_want_to_be_asked(ledger: Ledger) -> None:
    run, durable = write(ledger, new_run(planned(on_lost="ask"))), Durable()
    look(durable)
    look(durable)
    found = ledger.runs.get(run.run)
    assert (found.state, started(durable, run), len(said(ledger, run))) == ("needs-operator", 0, 1)
    assert "the task hub does not know it" in found.why
    assert say(durable, run.run, "retry").status_code == 202
    assert started(durable, run) == 1


@pytest.mark.parametrize("state", ["migrated", "failed-back", "needs-operator"])
def test_what_has_ended_or_waits_for_a_person_is_not_woken(ledger: Ledger, run: Run, state: str) -> None:
    ledger.runs.change(run.workload, run.run, state=state)
    durable = Durable()
    look(durable)
    assert started(durable, run) == 0


def test_what_a_person_carries_is_not_woken_by_anybody(ledger: Ledger, run: Run) -> None:
    ledger.runs.take_over(run.workload, run.run, "by-hand-1", "Lena Lead")
    durable = Durable()
    look(durable)
    for action in ("pause", "abort"):
        refused = problem(say(durable, run.run, action))
        assert (refused["status"], refused["title"]) == (409, "Taken over")
    ledger.runs.change(run.workload, run.run, state="needs-operator")
    assert problem(say(durable, run.run, "retry"))["title"] == "Taken over"
    assert started(durable, run) == 0


def test_one_run_that_cannot_be_looked_after_does_not_keep_the_others_from_it(ledger: Ledger, run: Run) -> None:
    broken = write(ledger, new_run(planned()))
    ledger.runs.change(broken.workload, broken.run, plan="{}")
    durable = Durable()
    look(durable)
    ledger.runs.change(broken.workload, broken.run, state="migrated")
    assert (started(durable, broken), started(durable, run)) == (0, 1)
