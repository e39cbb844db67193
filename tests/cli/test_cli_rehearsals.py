"""rehearse, confidence: which doors are asked, how gates are decided, what is shown."""

import json
from typing import Any

from tests.cli.agent import RUN, Agent, at_gate, status
from tests.cli.conftest import Command

HERE = f"/api/migrations/{RUN}"
LAST = {"run": RUN, "at": "", "outcome": "failed-back", "right": True, "age_seconds": 7200}
REPORT = {
    "workload": "orders",
    "strategy": "planned-downtime",
    "counts": {"cells": 2, "rehearsed": 1, "never": 1, "wrong": 0},
    "cells": [
        {"step": "copy_state", "mode": "error-after", "passes": False, "final": False, "last": LAST},
        {"step": "bake", "mode": "throttled", "passes": True, "final": False, "last": None},
        {"step": "bake", "mode": "error-before-once", "passes": True, "final": False, "last": None},
        {"step": "evaluate", "mode": "throttled", "passes": True, "final": True, "last": None},
    ],
    "not_here": [{"mode": "quota", "because": "there is none", "found_by": "the quota"}],
}


def result(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "run": RUN,
        "strategy": "planned-downtime",
        "step": "bake",
        "mode": "throttled",
        "outcome": "got-through",
    }
    found |= {"right": True, "struck": "then", "where": "bake (do): web.ask", "seconds_to_safety": 4.2}
    return found | {"expected": ["got-through"], "why": "rejected"} | changes


def play(agent: Agent, *states: dict[str, Any], **changes: Any) -> None:
    agent.answers["POST /api/rehearsals/cells"] = [(200, REPORT)]
    agent.answers["POST /api/rehearsals"] = [(202, {"run": RUN})]
    agent.answers["GET /api/rehearsals"] = [(200, {"rehearsals": [result(**changes)]})]
    agent.answers[f"GET {HERE}"] = [(200, state) for state in states]
    for gate in ("cutover", "finalize"):
        agent.answers[f"POST {HERE}/approvals/{gate}"] = [(202, {})]


def test_a_rehearsal_passes_the_gates_and_turns_back_at_the_last(dayzero: Command, agent: Agent, plan_file: str) -> None:
    play(agent, at_gate("cutover"), at_gate("cutover"), at_gate("finalize"), status("failed-back"))
    shown = dayzero("rehearse", plan_file, "--step", "bake", "--mode", "throttled", "--interval", "0.05")
    assert shown.exit_code == 0, shown.output
    assert "bake throttled: got-through, safe after 4.2 s; struck bake (do): web.ask; right" in shown.output
    (began,) = agent.requests("POST /api/rehearsals")
    assert (began.body["cells"], began.body["by"]) == ([{"step": "bake", "mode": "throttled"}], "Lena Lead")
    (approved,) = agent.requests(f"POST {HERE}/approvals/cutover")
    (rejected,) = agent.requests(f"POST {HERE}/approvals/finalize")
    assert (approved.body["decision"], rejected.body["decision"]) == ("approve", "reject")


def test_a_failure_that_a_person_has_to_see_to_is_lifted_and_retried(dayzero: Command, agent: Agent, plan_file: str) -> None:
    play(agent, status("needs-operator"), status("failing-back"), status("failed-back"))
    agent.answers[f"POST /api/rehearsals/{RUN}/lift"] = [(202, {})]
    agent.answers[f"POST {HERE}/retry"] = [(202, {})]
    assert dayzero("rehearse", plan_file, "--mode", "throttled", "--interval", "0.05").exit_code == 0
    asked = [one.path for one in agent.asked]
    assert asked.index(f"/api/rehearsals/{RUN}/lift") < asked.index(f"{HERE}/retry")


def test_a_run_that_still_needs_a_person_after_the_retry_is_told_as_it_is(
    dayzero: Command, agent: Agent, plan_file: str
) -> None:
    play(agent, status("needs-operator"), outcome="needs-operator", right=False)
    agent.answers[f"POST /api/rehearsals/{RUN}/lift"] = [(202, {})]
    agent.answers[f"POST {HERE}/retry"] = [(202, {})]
    words = ["--mode", "throttled", "--interval", "0.05", "--patience", "1"]
    shown = dayzero("rehearse", plan_file, *words)
    assert (shown.exit_code, "WRONG" in shown.output) == (5, True)
    assert not agent.requests(f"POST {HERE}/abort")


def test_a_wrong_end_is_told_and_ends_with_a_code(dayzero: Command, agent: Agent, plan_file: str) -> None:
    play(agent, status("failed-back"), right=False)
    shown = dayzero("rehearse", plan_file, "--most", "1", "--interval", "0.05")
    assert shown.exit_code == 5
    assert "WRONG: expected got-through; rejected" in shown.output
    assert agent.requests("POST /api/rehearsals")[0].body["cells"][0]["step"] == "bake"  # what was never rehearsed comes first


def test_one_json_line_a_cell(dayzero: Command, agent: Agent, plan_file: str) -> None:
    play(agent, status("failed-back"))
    shown = dayzero("rehearse", plan_file, "--strategy", "minimized-downtime", "--json", "--interval", "0.05")
    assert [json.loads(line)["run"] for line in shown.stdout.splitlines()] == [RUN, RUN, RUN]
    assert agent.requests("POST /api/rehearsals")[0].body["plan"]["strategy"] == "minimized-downtime"


def test_what_passes_is_met_in_one_run_step_by_step(dayzero: Command, agent: Agent, plan_file: str) -> None:
    play(agent, at_gate("finalize"), status("migrated"))
    modes = ["--mode", "error-before-once", "--mode", "throttled", "--mode", "error-after"]
    assert dayzero("rehearse", plan_file, "--together", "--finalize", *modes, "--interval", "0.05").exit_code == 0
    (began,) = agent.requests("POST /api/rehearsals")
    met = [(cell["step"], cell["mode"]) for cell in began.body["cells"]]
    assert met == [("bake", "error-before-once"), ("bake", "throttled"), ("evaluate", "throttled")]
    (decided,) = agent.requests(f"POST {HERE}/approvals/finalize")
    assert decided.body["decision"] == "approve"


def test_a_gate_is_left_open_for_as_long_as_was_asked_for(dayzero: Command, agent: Agent, plan_file: str) -> None:
    play(agent, *[at_gate("cutover")] * 8, status("failed-back"))
    dayzero("rehearse", plan_file, "--mode", "throttled", "--interval", "0.05", "--linger", "0.2")
    looks = [one.path for one in agent.asked].index(f"{HERE}/approvals/cutover")
    assert looks > 4
    assert len(agent.requests(f"POST {HERE}/approvals/cutover")) == 1


def test_a_gate_that_stays_held_sends_the_run_back_with_what_holds_it(dayzero: Command, agent: Agent, plan_file: str) -> None:
    told = "the source to be as the run left it; it drifted: schedules.orders-nightly.enabled: False -> True"
    held = at_gate("cutover")
    held["waiting_for"]["what"] = told
    play(agent, *[at_gate("cutover")] * 2, *[held] * 12, status("failed-back"))
    agent.answers[f"POST {HERE}/abort"] = [(202, {})]
    dayzero("rehearse", plan_file, "--mode", "throttled", "--interval", "0.05", "--held", "0.2", "--most", "1")
    (aborted,) = agent.requests(f"POST {HERE}/abort")
    assert aborted.body["reason"] == f"gate cutover is held by {told}"


def test_a_gate_that_is_held_for_a_moment_is_waited_for(dayzero: Command, agent: Agent, plan_file: str) -> None:
    held = at_gate("cutover")
    held["waiting_for"]["what"] = "the source to answer (Lambda is busy)"
    play(agent, *[held, at_gate("cutover")] * 4, status("failed-back"))
    dayzero("rehearse", plan_file, "--mode", "throttled", "--interval", "0.05", "--held", "0.08", "--most", "1")
    assert not agent.requests(f"POST {HERE}/abort")


def test_what_is_no_cell_is_told(dayzero: Command, agent: Agent, plan_file: str) -> None:
    play(agent, status("failed-back"))
    assert "No cell is like that" in dayzero("rehearse", plan_file, "--step", "fly").output
    shown = dayzero("rehearse", plan_file, "--strategy", "big-bang")
    assert (shown.exit_code, "There is no strategy 'big-bang'" in shown.output) == (2, True)


def test_confidence_shows_ages_and_what_never_was(dayzero: Command, agent: Agent, plan_file: str) -> None:
    play(agent)
    shown = dayzero("confidence", plan_file).output
    assert "planned-downtime: 1 of 2 cells rehearsed, 0 ended wrongly." in shown
    assert f"copy_state  error-after: failed-back, 2 h ago ({RUN})" in shown
    assert "bake  throttled: never" in shown
    assert "quota: cannot be rehearsed, because there is none; found by the quota" in shown
    assert json.loads(dayzero("confidence", plan_file, "--json").stdout) == REPORT
