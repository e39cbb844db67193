"""Two people at once: one has his way, the other is told why not."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from durabletask.client import OrchestrationStatus

from activities.by_hand import ByHand, Refused
from api.migrations import start_migration
from ledger.ledger import Ledger
from ledger.runs import Run
from tests.api.doors import Durable, Json, ask, problem, read, request
from tests.api.test_control import decide, say, waits
from tests.ledger.rows import new_run, write
from tests.plan.plans import data, example

PLAN = example()


class Strict(Durable):
    """A task hub as Azure's: an orchestration that lives is not started again."""

    def schedule_new_orchestration(self, orchestrator: str, *, input: Any, instance_id: str) -> str:
        if instance_id in {one["id"] for one in self.started}:
            raise RuntimeError(f"an orchestration {instance_id} is running already")
        return super().schedule_new_orchestration(orchestrator, input=input, instance_id=instance_id)


@pytest.fixture
def plan(ledger: Ledger) -> Json:
    """The sample's plan, for a workload that no other test uses."""
    return data() | {"workload": f"w{secrets.token_hex(4)}"}


def start(durable: Durable, plan: Json, run: str) -> Any:
    return ask(start_migration, request("POST", "migrations", {"plan": plan, "run": run}), durable)


def test_of_starts_of_one_workload_at_once_one_wins(ledger: Ledger, plan: Json) -> None:
    durable = Strict()
    names = [f"{plan['workload']}-{number}" for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = dict(zip(names, pool.map(lambda name: start(durable, plan, name), names), strict=True))
    won = [name for name, answer in answers.items() if answer.status_code == 202]
    assert len(won) == len(durable.started) == 1
    assert [run.run for run in ledger.runs.list(plan["workload"])] == won
    for name, answer in answers.items():
        if name not in won:
            lost = problem(answer)
            assert (lost["status"], lost["title"], lost["run"]) == (409, "Workload busy", won[0])


def test_one_start_sent_many_times_at_once_is_one_run(ledger: Ledger, plan: Json) -> None:
    durable, name = Strict(), f"{plan['workload']}-1"
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: start(durable, plan, name), range(6)))
    assert [answer.status_code for answer in answers] == [202] * 6
    assert {read(answer)["run"] for answer in answers} == {name}
    assert len(durable.started) == len(ledger.runs.list(plan["workload"])) == 1


def test_a_start_while_a_failback_runs_is_told_so(ledger: Ledger, plan: Json) -> None:
    durable, name = Strict(), f"{plan['workload']}-1"
    start(durable, plan, name)
    ledger.runs.change(plan["workload"], name, state="failing-back", failing_back=True)
    busy = problem(start(durable, plan, f"{plan['workload']}-2"))
    assert (busy["status"], busy["run"]) == (409, name)
    assert "going back" in busy["detail"]


def test_of_an_abort_and_an_approval_at_once_the_abort_stays(ledger: Ledger) -> None:
    for _ in range(5):
        run = write(ledger, new_run(PLAN))
        waits(ledger, run, "cutover")
        durable = Durable(living={run.run: OrchestrationStatus.RUNNING})
        with ThreadPoolExecutor(2) as pool:
            abort = pool.submit(say, durable, run.run, "abort")
            approval = pool.submit(decide, durable, run, "cutover")
        assert abort.result().status_code == 202
        assert approval.result().status_code in {202, 409}
        assert ledger.runs.get(run.run).asked == "abort", "the gate's approval is not the run's last word"


def test_of_two_decisions_at_once_one_counts(ledger: Ledger) -> None:
    run = write(ledger, new_run(PLAN))
    seq = waits(ledger, run, "cutover")
    durable = Durable(living={run.run: OrchestrationStatus.RUNNING})
    with ThreadPoolExecutor(4) as pool:
        asked = [{"decision": "reject", "reason": "no"}, {"decision": "approve"}] * 2
        answers = list(pool.map(lambda change: decide(durable, run, "cutover", **change), asked))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]
    kept = ledger.steps.decision(run.run, seq)
    assert kept is not None
    assert kept["decision"] == asked[[answer.status_code for answer in answers].index(202)]["decision"]


def test_of_break_glass_and_the_last_approval_at_once_one_has_its_way(ledger: Ledger) -> None:
    for _ in range(5):
        run = write(ledger, new_run(PLAN))
        with ThreadPoolExecutor(2) as pool:
            gate = pool.submit(ledger.steps.settle, run.run, "on", "Petra Product")
            glass = pool.submit(take, ledger, run)
        assert (glass.result(), gate.result()["way"]) in {("taken", "back"), ("refused", "on")}


def take(ledger: Ledger, run: Run) -> str:
    ledger.runs.change(run.workload, run.run, state="needs-operator")
    try:
        ByHand(ledger, ledger.runs.get(run.run), "Lena Lead", lambda _change: None).take("lost", force=False)
    except Refused:
        return "refused"
    return "taken"
