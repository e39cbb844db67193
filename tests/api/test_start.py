"""Starting: the same request twice is one run, one run a workload, and what cannot be started leaves no trace."""

import secrets
from typing import Any

import pytest
from durabletask.client import OrchestrationStatus

from api.migrations import list_migrations, migration_events, migration_status, start_migration
from ledger.ledger import Ledger
from orchestrators.options import options
from orchestrators.strategies import RUNBOOKS
from plan.load import plan_from_json
from tests.api.doors import KEY, Durable, Json, ask, problem, read, request
from tests.plan.plans import data

LONG_AGO = "2026-01-01T00:00:00.000+00:00"


@pytest.fixture
def plan(ledger: Ledger) -> Json:
    """The sample's plan, for a workload that no other test uses."""
    return data() | {"workload": f"w{secrets.token_hex(4)}"}


@pytest.fixture
def durable() -> Durable:
    return Durable()


def start(durable: Durable, plan: Json, run: str | None = None, key: str | None = None) -> Any:
    body = {"plan": plan} | ({"run": run} if run else {})
    return ask(start_migration, request("POST", "migrations", body, headers={"idempotency-key": key} if key else {}), durable)


def name(plan: Json, tail: str = "1") -> str:
    return f"{plan['workload']}-{tail}"


def end(ledger: Ledger, plan: Json, run: str, state: str = "failed-back") -> None:
    ledger.runs.change(plan["workload"], run, state=state, ended=LONG_AGO)
    ledger.locks.release(plan["workload"], run)


def test_a_start_is_accepted_with_both_kinds_of_links_and_no_key(ledger: Ledger, durable: Durable, plan: Json) -> None:
    answer = start(durable, plan, name(plan))
    found = read(answer)
    assert answer.status_code == 202
    assert answer.headers["Location"] == found["status_url"] == found["links"]["status"]
    assert found["status_url"] == f"https://agent.example.com/api/migrations/{name(plan)}"
    assert found["links"]["approvals"].endswith("/approvals/{gate}")
    assert found["durable"]["statusQueryGetUri"].endswith(name(plan))
    assert KEY not in answer.get_body().decode()
    assert (found["run"], found["state"], len(found["runbook_hash"])) == (name(plan), "running", 64)


def test_a_start_writes_everything_before_the_orchestration_begins(ledger: Ledger, durable: Durable, plan: Json) -> None:
    durable.broken = True
    assert problem(start(durable, plan, name(plan)))["title"] == "Defect"
    run = ledger.runs.get(name(plan))
    assert ledger.locks.holder(plan["workload"]) == run.run
    assert len(ledger.steps.all(run.run)) == len(run.runbook)
    assert [event["kind"] for event in ledger.events.of(run.run)] == ["started"]
    durable.broken = False
    assert start(durable, plan, name(plan)).status_code == 202, "the same request once more completes it"
    asked = {"run": run.run, "options": options(plan_from_json(plan, "plan"))}
    assert durable.started == [{"name": "planned_downtime", "input": asked, "id": run.run}]
    assert len(ledger.events.of(run.run)) == 1


def test_a_run_belongs_to_the_wave_of_its_plan_and_is_listed_with_it(ledger: Ledger, durable: Durable, plan: Json) -> None:
    wave = f"night-{secrets.token_hex(4)}"
    assert read(start(durable, plan | {"wave": wave}, name(plan)))["wave"] == wave
    other = plan | {"workload": f"w{secrets.token_hex(4)}"}
    assert read(start(durable, other, name(other)))["wave"] is None
    listed = read(ask(list_migrations, request("GET", f"migrations?wave={wave}")))
    assert [one["run"] for one in listed["migrations"]] == [name(plan)]
    assert listed["waves"] == [{"wave": wave, "workloads": 1, "states": {"running": 1}}]
    assert read(ask(migration_status, request("GET", "migrations", run=name(plan))))["wave"] == wave
    assert read(ask(list_migrations, request("GET", "migrations?wave=none")))["migrations"] == []


@pytest.mark.parametrize("how", [{"run": "{}-1"}, {"key": "a key"}, {"key": "another / key"}])
def test_the_same_request_twice_is_one_run(ledger: Ledger, durable: Durable, plan: Json, how: Json) -> None:
    named = {field: text.format(plan["workload"]) for field, text in how.items()}
    first, second = start(durable, plan, **named), start(durable, plan, **named)
    assert (first.status_code, second.status_code) == (202, 202)
    assert read(first)["run"] == read(second)["run"]
    assert len(durable.started) == len(ledger.runs.list(plan["workload"])) == 1


def test_the_same_id_with_another_plan_is_refused(durable: Durable, plan: Json) -> None:
    start(durable, plan, name(plan))
    other = problem(start(durable, plan | {"window": {**plan["window"], "length": "2h"}}, name(plan)))
    assert (other["status"], other["title"]) == (409, "Run exists")


def test_one_run_a_workload_until_its_end(ledger: Ledger, durable: Durable, plan: Json) -> None:
    start(durable, plan, name(plan))
    busy = problem(start(durable, plan, name(plan, "2")))
    assert (busy["status"], busy["title"], busy["run"]) == (409, "Workload busy", name(plan))
    assert [run.run for run in ledger.runs.list(plan["workload"])] == [name(plan)]
    end(ledger, plan, name(plan))
    assert start(durable, plan, name(plan, "2")).status_code == 202
    assert ledger.locks.holder(plan["workload"]) == name(plan, "2")


def test_a_lock_that_an_ended_run_left_is_taken_over(ledger: Ledger, durable: Durable, plan: Json) -> None:
    start(durable, plan, name(plan))
    ledger.runs.change(plan["workload"], name(plan), state="migrated")
    assert start(durable, plan, name(plan, "2")).status_code == 202


def test_a_lock_without_a_run_is_taken_over_when_a_crash_must_have_left_it(
    ledger: Ledger, durable: Durable, plan: Json
) -> None:
    ledger.locks.take(plan["workload"], "half-born")
    assert problem(start(durable, plan, name(plan)))["title"] == "Workload busy"
    aged = {"PartitionKey": "workload", "RowKey": plan["workload"], "since": LONG_AGO}
    ledger.locks._storage.merge("locks", aged)
    assert start(durable, plan, name(plan)).status_code == 202
    assert ledger.locks.holder(plan["workload"]) == name(plan)


@pytest.mark.parametrize("state", [None, OrchestrationStatus.TERMINATED, OrchestrationStatus.FAILED])
def test_a_run_whose_orchestration_is_lost_is_woken_up(durable: Durable, plan: Json, state: OrchestrationStatus | None) -> None:
    start(durable, plan, name(plan))
    durable.living = {name(plan): state} if state is not None else {}
    assert start(durable, plan, name(plan)).status_code == 202
    assert [one["id"] for one in durable.started] == [name(plan)] * 2


@pytest.mark.parametrize("state", ["migrated", "failed-back", "needs-operator"])
def test_a_run_that_came_to_its_end_is_not_started_again(ledger: Ledger, durable: Durable, plan: Json, state: str) -> None:
    start(durable, plan, name(plan))
    ledger.runs.change(plan["workload"], name(plan), state=state, ended=LONG_AGO)
    durable.living.clear()
    again = problem(start(durable, plan, name(plan)))
    assert (again["status"], again["title"], again["run"]) == (409, "Run ended", name(plan))
    assert ("retry" in again["mend"]) == (state == "needs-operator")
    assert len(durable.started) == 1


@pytest.mark.parametrize(
    ("body", "status", "title", "words"),
    [
        (b"{not json", 400, "Body unreadable", "not JSON"),
        (b"\xff\xfe", 400, "Body unreadable", "not JSON"),
        (b"[" * 200_000, 400, "Body unreadable", "not JSON"),
        ([], 400, "Body unreadable", "no JSON object|not a JSON object"),
        ({}, 400, "Plan missing", "plan"),
        (None, 400, "Plan missing", "plan"),
        ({"plan": None}, 422, "Plan invalid", "problem"),
        ({"plan": {"workload": "w"}}, 422, "Plan invalid", "problem"),
        ({"plan": data(), "run": "No Such Id"}, 400, "Run id invalid", "No Such Id"),
        ({"plan": data(), "run": 7}, 400, "Run id invalid", "7"),
        ({"plan": data(), "run": "x" * 65}, 400, "Run id invalid", "xxx"),
    ],
)
def test_what_cannot_be_started_is_a_problem_and_leaves_no_trace(
    ledger: Ledger, durable: Durable, body: Any, status: int, title: str, words: str
) -> None:
    before = len(ledger.runs.list())
    found = problem(ask(start_migration, request("POST", "migrations", body), durable))
    assert (found["status"], found["title"]) == (status, title)
    assert any(word in found["detail"] for word in words.split("|"))
    assert (len(ledger.runs.list()), ledger.locks.holder("orders"), durable.started) == (before, None, [])


def test_an_invalid_plan_is_told_with_every_problem_and_its_mend(ledger: Ledger, durable: Durable, plan: Json) -> None:
    plan["window"]["length"], plan["surprise"] = "soon", True
    found = problem(start(durable, plan, name(plan)))
    assert len(found["problems"]) >= 2
    assert {"window.length", "surprise"} <= {one["field"] for one in found["problems"]}
    assert all(one["what"] and one["mend"] for one in found["problems"])
    assert ledger.runs.list(plan["workload"]) == []


def test_a_strategy_that_cannot_be_run_names_those_that_can(
    ledger: Ledger, durable: Durable, plan: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(RUNBOOKS, "zero-downtime", raising=False)
    plan |= {"strategy": "zero-downtime", "state": plan["state"] | {"stores": []}}
    plan["approvals"].pop("open-window")
    found = problem(start(durable, plan, name(plan)))
    assert (found["status"], found["title"]) == (422, "Strategy unknown")
    assert "planned-downtime" in found["mend"]
    assert (ledger.runs.list(plan["workload"]), ledger.locks.holder(plan["workload"])) == ([], None)


def test_runs_are_found_again(durable: Durable, plan: Json) -> None:
    start(durable, plan, name(plan))
    listed = read(ask(list_migrations, request("GET", f"migrations?workload={plan['workload']}")))
    assert [run["run"] for run in listed["migrations"]] == [name(plan)]
    found = read(ask(migration_status, request("GET", f"migrations/{name(plan)}", run=name(plan))))
    assert (found["run"], found["links"]["abort"][-6:]) == (name(plan), "/abort")
    told = read(ask(migration_events, request("GET", f"migrations/{name(plan)}/events", run=name(plan))))
    assert [event["kind"] for event in told["events"]] == ["started"]
    assert problem(ask(migration_status, request("GET", "migrations/nobody", run="nobody")))["status"] == 404
