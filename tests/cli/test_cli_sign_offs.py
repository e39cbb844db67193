"""The verb `sign-off`: it signs what was read, by its hash, and nothing else."""

import json

import pytest

from tests.cli.agent import Agent
from tests.cli.conftest import Command

HASH = "3f2a9c51b07e" + "0" * 52
CHECK, DOOR = "POST /api/plans/validate", "POST /api/plans/sign-off"
SAID = {"decision": "approve", "by": "Lena Lead", "plan_hash": "1" * 64, "runbook_hash": HASH, "decided": False, "missing": 1}


def test_the_hash_that_was_read_is_signed(dayzero: Command, agent: Agent, plan_file: str) -> None:
    agent.answers = {CHECK: [(200, {"runbook_hash": HASH})], DOOR: [(202, SAID)]}
    shown = dayzero("sign-off", plan_file, "--hash", HASH[:12])
    assert shown.exit_code == 0, shown.output
    body = agent.asked[-1].body
    assert (body["by"], body["decision"], body["runbook_hash"]) == ("Lena Lead", "approve", HASH)
    assert body["plan"]["workload"] == "orders"
    assert shown.output == "Lena Lead signed the runbook 3f2a9c51b07e.\nSignatures that are still needed: 1.\n"
    assert json.loads(dayzero("sign-off", plan_file, "--hash", HASH, "--json").stdout) == SAID


def test_an_objection_says_why(dayzero: Command, agent: Agent, plan_file: str) -> None:
    agent.answers = {CHECK: [(200, {"runbook_hash": HASH})], DOOR: [(202, SAID | {"decision": "reject", "missing": 0})]}
    shown = dayzero("sign-off", plan_file, "--hash", HASH, "--reject", "--reason", "too long")
    assert "Lena Lead objected to the runbook" in shown.output
    assert (agent.asked[-1].body["decision"], agent.asked[-1].body["reason"]) == ("reject", "too long")


@pytest.mark.parametrize("seen", ["3f2a9c5", "", "f" * 64])
def test_another_hash_signs_nothing(dayzero: Command, agent: Agent, plan_file: str, seen: str) -> None:
    agent.answers = {CHECK: [(200, {"runbook_hash": HASH})], DOOR: [(202, SAID)]}
    shown = dayzero("sign-off", plan_file, "--hash", seen)
    assert shown.exit_code != 0
    assert "dayzero manual" in shown.output
    assert agent.requests(DOOR) == []
