"""validate, schema, manual and start: a plan is read where its variables are, and only a good one is posted."""

import json
from pathlib import Path

import pytest

from plan.hash import plan_hash
from plan.load import plan_from_json
from plan.schema import schema
from tests.cli.agent import RUN, Agent
from tests.cli.conftest import Command
from tests.plan.plans import example

STARTED = (202, {"run": RUN, "workload": "orders", "strategy": "planned-downtime", "links": {}})


def test_validate_needs_no_agent(dayzero: Command, plan_file: str) -> None:
    result = dayzero("validate", plan_file, DAYZERO_URL="http://127.0.0.1:9")
    assert result.exit_code == 0
    assert plan_hash(example()) in result.output


def test_validate_tells_every_problem_with_its_line(dayzero: Command, plan_file: str) -> None:
    file = Path(plan_file)
    file.write_text(file.read_text().replace("app: orders-func", "ap: orders-func").replace("${ATTEMPTS:-3}", "99"))
    line = file.read_text().splitlines().index("  ap: orders-func") + 1
    result = dayzero("validate", plan_file)
    assert result.exit_code == 2
    assert f"{plan_file}:{line}:3 target.ap: there is no field `ap` here. Did you mean `app`?" in result.stderr
    assert "timing.attempts" in result.stderr
    problems = json.loads(dayzero("validate", plan_file, "--json").stdout)["problems"]
    assert {"target.app", "target.ap", "timing.attempts"} == {problem["field"] for problem in problems}


def test_variables_can_be_given_and_unset_ones_are_told(dayzero: Command, plan_file: str) -> None:
    unset = dayzero("validate", plan_file, API_ID=None)
    assert (unset.exit_code, "API_ID is not set" in unset.stderr) == (2, True)
    given = dayzero("validate", plan_file, "--var", "API_ID=a1b2c3", "--json", API_ID=None)
    assert json.loads(given.stdout)["plan_hash"] == plan_hash(example())
    assert dayzero("validate", plan_file, "--var", "API_ID").exit_code == 2


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_bad_usage(dayzero: Command, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "other.yaml"
    if content is not None:
        file.write_bytes(content)
    result = dayzero("validate", str(file))
    assert (result.exit_code, str(file) in result.stderr) == (2, True)


def test_validate_can_ask_the_agent_too(dayzero: Command, agent: Agent, plan_file: str) -> None:
    problems = [{"field": "target.app", "what": "the app is another's", "mend": "Choose another name"}]
    agent.answers["POST /api/plans/validate"] = [
        (200, {"valid": True, "plan_hash": "h" * 64}),
        (422, {"title": "bad plan", "detail": "The plan has 1 problem.", "problems": problems}),
    ]
    assert "h" * 64 in dayzero("validate", plan_file, "--remote").output
    refused = dayzero("validate", plan_file, "--remote")
    assert refused.exit_code == 2
    assert "target.app: the app is another's. Choose another name." in refused.stderr


def test_the_agent_says_which_sinks_it_could_not_tell(dayzero: Command, agent: Agent, plan_file: str) -> None:
    sinks = [{"name": "room", "why": "", "ready": True}, {"name": "pager", "why": "the setting X is empty", "ready": False}]
    agent.answers["POST /api/plans/validate"] = [(200, {"valid": True, "plan_hash": "h" * 64, "sinks": sinks})]
    shown = dayzero("validate", plan_file, "--remote").output
    assert "Sink room: its settings are there\nSink pager: NOT READY, the setting X is empty\n" in shown


def test_notices_are_tried_and_a_sink_that_is_not_reached_is_an_error(dayzero: Command, agent: Agent, plan_file: str) -> None:
    pager = {"name": "pager", "kind": "webhook", "taken": False, "why": "it answered 401"}
    agent.answers["POST /api/notices/test"] = [
        (200, {"reached": True, "sinks": [pager | {"taken": True, "why": ""}]}),
        (200, {"reached": False, "sinks": [pager]}),
    ]
    reached = dayzero("test-notices", plan_file)
    assert (reached.exit_code, reached.output) == (0, "A test was sent to: pager.\n")
    assert agent.requests("POST /api/notices/test")[0].body["plan"]["workload"] == "orders"
    missed = dayzero("test-notices", plan_file)
    assert (missed.exit_code, "pager: it answered 401" in missed.stderr) == (1, True)


def test_schema_prints_the_schema(dayzero: Command, tmp_path: Path) -> None:
    assert json.loads(dayzero("schema").stdout) == schema()
    assert dayzero("schema", "-o", str(tmp_path / "s.json")).exit_code == 0
    assert json.loads((tmp_path / "s.json").read_text()) == schema()


def test_manual_posts_the_finished_plan(dayzero: Command, agent: Agent, plan_file: str, tmp_path: Path) -> None:
    agent.answers["POST /api/plans/manual"] = [(200, "# Manual\n")]
    assert dayzero("manual", plan_file).stdout == "# Manual\n"
    assert dayzero("manual", plan_file, "-o", str(tmp_path / "manual.md")).exit_code == 0
    assert (tmp_path / "manual.md").read_text() == "# Manual\n"
    assert json.loads(dayzero("manual", plan_file, "--json").stdout)["manual"] == "# Manual\n"
    assert plan_from_json(agent.asked[0].body["plan"], "request") == example()
    assert dayzero("manual", plan_file, "-o", str(tmp_path)).exit_code == 2


def test_start_posts_the_plan_once_and_says_how_to_go_on(dayzero: Command, agent: Agent, plan_file: str) -> None:
    agent.answers["POST /api/migrations"] = [STARTED]
    result = dayzero("start", plan_file, "--run", RUN)
    assert result.exit_code == 0
    assert f"dayzero status {RUN} --watch" in result.output
    [asked] = agent.asked
    assert asked.body["run"] == RUN
    assert plan_from_json(asked.body["plan"], "request") == example()
    assert json.loads(dayzero("start", plan_file, "--json").stdout) == STARTED[1]


def test_a_lost_answer_to_start_is_asked_for_again_under_the_same_key(dayzero: Command, agent: Agent, plan_file: str) -> None:
    agent.answers["POST /api/migrations"] = [(0, None), STARTED]
    assert dayzero("start", plan_file).exit_code == 0
    first, second = agent.asked
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert dayzero("start", plan_file).exit_code == 0
    assert agent.asked[-1].headers["idempotency-key"] != first.headers["idempotency-key"]


def test_start_refused_while_another_run_lives(dayzero: Command, agent: Agent, plan_file: str) -> None:
    agent.answers["POST /api/migrations"] = [
        (409, {"title": "busy", "detail": "Run orders-0 of this workload still lives.", "mend": "Wait for it, or abort it"})
    ]
    result = dayzero("start", plan_file)
    assert result.exit_code == 1
    assert result.stderr == "Run orders-0 of this workload still lives.\nWhat to do: Wait for it, or abort it\n"


def test_a_bad_plan_or_gate_is_never_posted(dayzero: Command, agent: Agent, plan_file: str) -> None:
    assert dayzero("start", plan_file, "--yes", "open-windows").exit_code == 2
    Path(plan_file).write_text("version: 1")
    assert dayzero("start", plan_file).exit_code == 2
    assert dayzero("manual", plan_file).exit_code == 2
    assert agent.asked == []
