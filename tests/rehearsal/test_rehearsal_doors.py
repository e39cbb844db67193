"""Doors of rehearsals: what may be rehearsed, where, and what came of it, from a real ledger."""

import secrets
from datetime import timedelta
from typing import Any

import pytest

from activities.blueprint import ACTIVITIES
from api.migrations import start_migration
from api.rehearsals import begin_rehearsal, cells_of_plan, confidence_of_workload, lift_failure, list_rehearsals
from ledger.clock import now
from ledger.ledger import Ledger
from rehearsal.confidence import unrehearsed
from tests.api.doors import Durable, Json, ask, problem, read, request
from tests.plan.plans import data

CELL = {"step": "copy_state", "mode": "error-after"}
ONCE = {"step": "copy_state", "mode": "error-after-once"}


@pytest.fixture
def plan(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Json:
    """The sample's plan for a workload of its own, with permission, at an agent that breaks things."""
    monkeypatch.setenv("DAYZERO_WORLD_WRAPPER", "rehearsal.faults:wrap")
    found = data() | {"workload": f"w{secrets.token_hex(4)}"}
    where = {"account": found["source"]["account"], "subscription": found["target"]["subscription"]}
    return found | {"rehearsal": where}


@pytest.fixture
def durable() -> Durable:
    return Durable()


def begin(plan: Json, durable: Durable, run: str | None = None, *together: Json, **cell: str) -> Any:
    body = {"plan": plan, "by": "Lena Lead", "cells": list(together) or [cell or CELL]} | ({"run": run} if run else {})
    return ask(begin_rehearsal, request("POST", "rehearsals", body), durable)


def listed(**named: str) -> list[Json]:
    query = "&".join(f"{name}={value}" for name, value in named.items())
    found: list[Json] = read(ask(list_rehearsals, request("GET", f"rehearsals?{query}")))["rehearsals"]
    return found


def fail_back(ledger: Ledger, plan: Json, run: str, equal: bool = True, gate: bool = True) -> None:
    """What the agent would write while the failure strikes and the run goes back."""
    row = ledger.runs.get(run)
    for line in row.runbook:
        if line["kind"] == "gate" and gate:
            ledger.steps.change(run, line["seq"], state="done", started=now())
            break
    ledger.rehearsals.strike(run, ("copy_state", "error-after"), "copy_state (do): stores.copy")
    ledger.events.append(run, "failback", "compared", detail={"before": "a", "after": "a" if equal else "b"})
    ledger.runs.change(plan["workload"], run, state="failed-back", turned_back="copy_state failed", ended=now())
    ledger.locks.release(plan["workload"], run)


def test_a_rehearsal_is_a_run_of_the_same_orchestrator(plan: Json, durable: Durable) -> None:
    answer = begin(plan, durable)
    found = read(answer)
    assert (answer.status_code, found["cells"]) == (202, [CELL])
    assert [one["id"] for one in durable.started] == [found["run"]]
    assert durable.started[0]["name"] == "planned_downtime"


def test_a_rehearsal_that_failed_back_rightly_is_told_so(ledger: Ledger, plan: Json, durable: Durable) -> None:
    run = read(begin(plan, durable))["run"]
    (going,) = listed(run=run)
    assert (going["outcome"], going["right"], going["struck"]) == (None, None, None)
    fail_back(ledger, plan, run)
    (found,) = listed(workload=plan["workload"])
    assert (found["outcome"], found["right"], found["fingerprint_equal"]) == ("failed-back", True, True)
    assert found["where"] == "copy_state (do): stores.copy"
    assert found["seconds_to_safety"] < 60


def test_the_failure_strikes_where_the_activity_asks_the_clouds(ledger: Ledger, plan: Json, durable: Durable) -> None:
    run = read(begin(plan, durable, step="confirm_prerequisites", mode="error-before"))["run"]
    answer = ACTIVITIES["confirm_prerequisites"]({"run": run, "seq": 1, "phase": "do"})
    assert answer["error"]["message"] == "aws_permissions.missing: broken on purpose (refuse, unexpected)"
    strike = ledger.rehearsals.strikes(run)["confirm_prerequisites", "error-before"]
    assert strike.where == "confirm_prerequisites (do): aws_permissions.missing"
    ledger.rehearsals.lift(plan["workload"], run)
    assert "on purpose" not in ACTIVITIES["confirm_prerequisites"]({"run": run, "seq": 1, "phase": "do"})["error"]["message"]


def test_an_end_with_another_fingerprint_is_wrong(ledger: Ledger, plan: Json, durable: Durable) -> None:
    run = read(begin(plan, durable))["run"]
    fail_back(ledger, plan, run, equal=False)
    assert [one["right"] for one in listed(run=run)] == [False]


def test_failures_that_pass_are_met_in_one_run_and_each_is_told(ledger: Ledger, plan: Json, durable: Durable) -> None:
    answer = begin(plan, durable, None, ONCE, {"step": "bake", "mode": "throttled"})
    run = read(answer)["run"]
    seq = next(line["seq"] for line in ledger.runs.get(run).runbook if line["name"] == "copy_state")
    ledger.rehearsals.strike(run, ("copy_state", "error-after-once"), "copy_state (do): stores.copy")
    ledger.steps.change(run, seq, state="done", started=now(), ended=now())
    gate = next(line["seq"] for line in ledger.runs.get(run).runbook if line["name"] == "finalize")
    ledger.steps.change(run, gate, state="failed", started=now())
    ledger.runs.change(plan["workload"], run, state="failed-back", ended=now())
    copied, bake = listed(run=run)
    assert (copied["outcome"], copied["right"], copied["where"]) == ("got-through", True, "copy_state (do): stores.copy")
    assert 0 <= copied["seconds_to_safety"] < 5
    assert (bake["struck"], bake["seconds_to_safety"]) == (None, None)
    counts = read(ask(cells_of_plan, request("POST", "rehearsals/cells", {"plan": plan})))["counts"]
    assert counts["rehearsed"] == 1  # what did not strike proves nothing


def test_a_failure_that_lasts_is_not_met_together_with_others(plan: Json, durable: Durable) -> None:
    refused = problem(begin(plan, durable, None, CELL, {"step": "bake", "mode": "throttled"}))
    assert (refused["status"], refused["title"]) == (422, "Cells do not fit together")
    assert durable.started == []


@pytest.mark.parametrize("cells", [[], "all", ["bake"], [{"step": "bake"}], [CELL] * 401])
def test_cells_are_a_list_of_steps_and_modes(plan: Json, durable: Durable, cells: object) -> None:
    body = {"plan": plan, "by": "Lena Lead", "cells": cells}
    assert problem(ask(begin_rehearsal, request("POST", "rehearsals", body), durable))["title"] == "Field invalid"


def test_a_look_at_a_gate_and_at_the_turn_meets_its_failure(ledger: Ledger, plan: Json, durable: Durable) -> None:
    run = read(begin(plan, durable, step="begin_failback", mode="act-refused"))["run"]
    ACTIVITIES["begin_failback"]({"run": run, "why": "a test"})
    strike = ledger.rehearsals.strikes(run)["begin_failback", "act-refused"]
    assert strike.where == "begin_failback (act): functions.code_hash"


def test_before_the_first_gate_it_was_found_in_preflight(ledger: Ledger, plan: Json, durable: Durable) -> None:
    run = read(begin(plan, durable, step="deploy_code", mode="error-before"))["run"]
    fail_back(ledger, plan, run, gate=False)
    assert [one["outcome"] for one in listed(run=run)] == ["detected-in-preflight"]


def test_a_failure_is_lifted_for_a_run_that_needs_a_person(ledger: Ledger, plan: Json, durable: Durable) -> None:
    run = read(begin(plan, durable))["run"]
    ledger.runs.change(plan["workload"], run, state="needs-operator", ended=now())
    assert [one["outcome"] for one in listed(run=run)] == ["needs-operator"]
    assert ask(lift_failure, request("POST", "rehearsals/x/lift", {"by": "Lena Lead"}, run=run)).status_code == 202
    known = ledger.rehearsals.get(plan["workload"], run)
    assert known is not None
    assert known.lifted


def test_confidence_names_what_was_never_rehearsed(ledger: Ledger, plan: Json, durable: Durable) -> None:
    run = read(begin(plan, durable))["run"]
    fail_back(ledger, plan, run)
    found = read(ask(cells_of_plan, request("POST", "rehearsals/cells", {"plan": plan})))
    newest = read(ask(confidence_of_workload, request("GET", f"rehearsals/confidence?workload={plan['workload']}")))
    assert [(cell["step"], cell["mode"]) for cell in newest["cells"]] == [
        (cell["step"], cell["mode"]) for cell in found["cells"]
    ]
    assert newest["counts"] == found["counts"]
    assert found["counts"]["rehearsed"] == 1
    assert found["counts"]["never"] == found["counts"]["cells"] - 1
    (done,) = [cell for cell in found["cells"] if cell["last"]]
    assert (done["step"], done["mode"], done["last"]["run"], done["last"]["age_seconds"] < 60) == (*CELL.values(), run, True)
    assert {"mode": "quota"}.items() <= next(one for one in found["not_here"] if one["mode"] == "quota").items()


def test_a_rehearsal_is_fresh_for_as_long_as_the_plan_says(ledger: Ledger, plan: Json, durable: Durable) -> None:
    run = read(begin(plan, durable))["run"]
    fail_back(ledger, plan, run)
    row = ledger.runs.get(run)
    named = (ledger, plan["workload"], row.strategy, row.runbook)
    assert "copy_state" not in unrehearsed(*named, timedelta(days=30))
    assert "deploy_code" in unrehearsed(*named, timedelta(days=30))
    assert "copy_state" in unrehearsed(*named, timedelta(0))
    assert "copy_state" not in unrehearsed(*named, None)


def test_a_step_that_asks_nothing_is_fresh_once_a_run_got_through_it(ledger: Ledger, plan: Json, durable: Durable) -> None:
    run = read(begin(plan, durable, step="prepare_network", mode="throttled"))["run"]
    row = ledger.runs.get(run)
    named = (ledger, plan["workload"], row.strategy, row.runbook, timedelta(days=1))
    assert "prepare_network" in unrehearsed(*named)
    assert "announce" not in unrehearsed(*named)  # no rehearsal can break it
    gate = next(line["seq"] for line in row.runbook if line["name"] == "finalize")
    ledger.steps.change(run, gate, state="failed", started=now())
    ledger.runs.change(plan["workload"], run, state="failed-back", ended=now())
    assert "prepare_network" not in unrehearsed(*named)


@pytest.mark.parametrize("said", [None, {"account": "000000000000"}, {"account": "999999999999", "subscription": "x"}])
def test_a_plan_that_does_not_say_twice_where_is_not_rehearsed(plan: Json, durable: Durable, said: Json | None) -> None:
    refused = problem(begin(plan | {"rehearsal": said}, durable))
    assert (refused["title"], refused["status"]) == ("Rehearsal not permitted", 409)
    assert durable.started == []


def test_an_agent_without_faults_rehearses_nothing(plan: Json, durable: Durable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAYZERO_WORLD_WRAPPER")
    assert "DAYZERO_WORLD_WRAPPER" in problem(begin(plan, durable))["mend"]


def test_an_agent_with_faults_starts_no_run_of_a_plan_without_permission(plan: Json, durable: Durable) -> None:
    body = {"plan": plan | {"rehearsal": None}}
    assert problem(ask(start_migration, request("POST", "migrations", body), durable))["title"] == "Agent of rehearsals"


def test_a_cell_that_is_not_in_the_matrix_is_refused_with_those_that_are(plan: Json, durable: Durable) -> None:
    refused = problem(begin(plan, durable, step="verify_state", mode="error-after"))
    assert (refused["title"], refused["status"]) == ("Cell unknown", 422)
    assert "wrong-reading" in refused["mend"]


def test_a_run_that_is_no_rehearsal_does_not_become_one(plan: Json, durable: Durable) -> None:
    run = f"{plan['workload']}-1"
    ask(start_migration, request("POST", "migrations", {"plan": plan, "run": run}), durable)
    assert problem(begin(plan, durable, run))["title"] == "Run exists"
    assert problem(ask(lift_failure, request("POST", "x", {"by": "L"}, run=run)))["title"] == "No rehearsal"


def test_the_same_rehearsal_twice_is_one_run(plan: Json, durable: Durable) -> None:
    run = f"{plan['workload']}-1"
    assert [begin(plan, durable, run).status_code for _ in range(2)] == [202, 202]
    assert len(durable.started) == 1
    assert problem(begin(plan, durable, run, step="copy_state", mode="throttled"))["title"] == "Run exists"


def test_a_list_asks_for_a_workload() -> None:
    assert problem(ask(list_rehearsals, request("GET", "rehearsals")))["title"] == "Workload missing"
    assert problem(ask(confidence_of_workload, request("GET", "rehearsals/confidence?workload=none")))["status"] == 404
