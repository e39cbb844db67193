"""Each rule between fields finds its case, points at it, and leaves the sample alone."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.plan.plans import EXAMPLE, data, problems_of, text_problems

Data = dict[str, Any]
Change = Callable[[Data], object]


def put(*path: str | int, value: object) -> Change:
    """A change that sets one value."""

    def change(plan: Data) -> None:
        holder: Any = plan
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = value

    return change


ALIASES: Data = {"router": "lambda-alias", "functions": [{"name": "orders-api"}]}
CASES: dict[str, tuple[Change, str, str]] = {
    "quorum of more than there are": (
        put("approvals", "cutover", "quorum", value=3), "approvals.cutover.quorum", "2 approvers"),
    "role that no channel knows": (
        lambda p: p["approvals"]["cutover"].update(roles=["Approver"], channels=["key"]), "approvals.cutover.roles", "Entra"),
    "delegate of nobody": (
        put("approvals", "cutover", "delegates", value={"Zoe Sky": ["Nils Netz"]}),
        "approvals.cutover.delegates.Zoe Sky", "no approver"),
    "delegate whom nobody knows": (
        put("approvals", "cutover", "delegates", value={"Lena Lead": ["Mallory"]}),
        "approvals.cutover.delegates.Lena Lead[0]", "not the name of an owner"),
    "delegate of oneself": (
        put("approvals", "cutover", "delegates", value={"Lena Lead": ["Lena Lead"]}),
        "approvals.cutover.delegates.Lena Lead[0]", "themselves"),
    "identity of two": (
        lambda p: [p["owners"][role].update(identity="a@example.com") for role in ("lead", "qa")],
        "owners.qa.identity", "same identity"),
    "role of another account": (
        put("source", "role_arn", value="arn:aws:iam::999999999999:role/dayzero"), "source.role_arn", "999999999999"),
    "unmapped trigger": (lambda p: p["mapping"].pop(1), "source.functions[1].triggers[0]", "not mapped"),
    "mapping of no function": (
        lambda p: p["mapping"].append({"function": "x", "trigger": "http", "to": ["y"]}),
        "mapping[3].function", "not under"),
    "mapping of no trigger": (
        lambda p: p["mapping"].append({"function": "orders-api", "trigger": "bucket", "to": ["y"]}),
        "mapping[3].trigger", "no bucket"),
    "mapped twice": (
        lambda p: p["mapping"].append({"function": "orders-worker", "trigger": "queue", "to": ["y"]}),
        "mapping[3]", "mapped twice"),
    "target shared with a queue": (put("mapping", 1, "to", value=["health"]), "mapping[1].to[0]", "one trigger"),
    "target listed twice": (put("mapping", 0, "to", value=["health", "Health"]), "mapping[0].to[1]", "one trigger"),
    "schedule without expression": (put("mapping", 2, "ncrontab", value=None), "mapping[2].ncrontab", "NCRONTAB"),
    "schedule with five fields": (put("mapping", 2, "ncrontab", value="0 2 * * *"), "mapping[2].ncrontab", "not six"),
    "expression without schedule": (put("mapping", 1, "ncrontab", value="0 0 2 * * *"), "mapping[1].ncrontab", "no schedule"),
    "two schedules of a function": (
        lambda p: p["source"]["functions"][2]["triggers"].append({"type": "schedule", "rule": "weekly"}),
        "source.functions[2].triggers[1]", "several schedules"),
    "queue that does not move": (
        lambda p: p["state"]["queues"].clear(), "source.functions[1].triggers[0].queue", "state.queues"),
    "queue without trigger": (
        lambda p: p["state"]["queues"].append(
            p["state"]["queues"][0] | {"name": "b", "source_queue": "b", "target_queue": "bbb"}
        ),
        "state.queues[1].source_queue", "no function"),
    "function twice": (put("source", "functions", 1, "name", value="orders-api"), "source.functions[1].name", "twice"),
    "store twice": (put("state", "stores", 1, "name", value="orders"), "state.stores[1].name", "twice"),
    "changes into a queue of the workload": (
        put("state", "stores", 1, "changes_queue", value="orders-queue"), "state.stores[1].changes_queue", "twice"),
    "probe twice": (put("checks", "validation", 1, "name", value="list orders"), "checks.validation[2].name", "twice"),
    "secret setting twice": (
        lambda p: p["secrets"].append(p["secrets"][0] | {"target_name": "other"}), "secrets[1].setting", "twice"),
    "secret setting also plain": (
        put("target", "settings", "ORDERS_SIGNING_KEY", value=""), "secrets[0].setting", "twice"),
    "two stores into one table": (
        lambda p: p["state"]["stores"].append(p["state"]["stores"][0] | {"name": "b", "target_table": "ORDERS"}),
        "state.stores[2].target_table", "twice"),
    "double hyphen": (put("state", "queues", 0, "target_queue", value="a--b"), "state.queues[0].target_queue", "hyphens"),
    "token in the clear": (
        put("target", "package", "url", value="http://files.example.com/app.zip"), "target.package.url", "unencrypted"),
    "role without owner": (lambda p: p["owners"].pop("qa"), "owners.qa", "no owner"),
    "approver unknown": (
        put("approvals", "cutover", "approvers", value=["Lena Leed"]), "approvals.cutover.approvers[0]", "not the name"),
    "approver twice": (
        put("approvals", "cutover", "approvers", value=["Lena Lead", "Lena Lead"]), "approvals.cutover.approvers[1]", "twice"),
    "gate missing": (lambda p: p["approvals"].pop("finalize"), "approvals.finalize", "has the gate"),
    "window of no length": (put("window", "length", value="0s"), "window.length", "0"),
    "window shorter than the switch": (put("window", "length", value="1m"), "window.length", "ends before"),
    "ttl of days": (put("traffic", "ttl", value="25h"), "traffic.ttl", "more than a day"),
    "ttl in parts of seconds": (put("traffic", "ttl", value="1500ms"), "traffic.ttl", "whole seconds"),
    "poll longer than the step": (put("timing", "step_timeout", value="4s"), "timing.poll", "second time"),
    "poll of no length": (put("timing", "poll", value="0s"), "timing.poll", "0"),
    "queue never settled": (put("state", "queues", 0, "settle", value="3h"), "state.queues[0].settle", "settled"),
    "gate of no length": (put("approvals", "cutover", "timeout", value="0s"), "approvals.cutover.timeout", "0"),
    "health that writes": (put("checks", "health", "method", value="POST"), "checks.health.method", "may change"),
    "nothing cleans up": (put("checks", "cleanup", value=[]), "checks.cleanup", "nothing removes"),
    "path with a blank": (put("checks", "validation", 2, "path", value="/a b"), "checks.validation[2].path", "not a path"),
    "unknown placeholder": (put("checks", "validation", 2, "path", value="/orders/{id}"), "checks.validation[2].path", "{id}"),
    "no good status": (put("checks", "validation", 2, "status", value=[]), "checks.validation[2].status", "no status"),
    "impossible status": (
        put("checks", "validation", 2, "status", value=[20]), "checks.validation[2].status[0]", "no HTTP status"),
    "GET with a body": (put("checks", "validation", 2, "body", value={}), "checks.validation[2].body", "no body"),
    "HEAD with fields": (put("checks", "validation", 1, "method", value="HEAD"), "checks.validation[1].expect", "no fields"),
    "switch in parts": (
        put("traffic", value={"router": "http-api", "ramp": [50, 100]}), "traffic.ramp", "all clients or none"),
    "no address of AWS itself": (
        lambda p: [
            p.update(strategy="zero-downtime", traffic={"router": "http-api"}), p["checks"].update(source=None),
        ], "checks.source", "leads to Azure"),
    "alias in a window": (put("traffic", value=ALIASES), "traffic.router", "closes the functions"),
    "alias of no function": (
        put("traffic", value=ALIASES | {"functions": [{"name": "other"}]}), "traffic.functions[0].name", "not under"),
    "alias twice": (
        put("traffic", value=ALIASES | {"functions": ALIASES["functions"] * 2}), "traffic.functions[1].name", "twice"),
    "clients that no alias moves": (
        put("traffic", value=ALIASES | {"functions": [{"name": "orders-worker"}]}), "traffic.functions", "orders-api"),
    "too many shards": (put("state", "stores", 0, "shards", value=201), "state.stores[0].shards", "out of bounds"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_rule_finds_its_case(case: str) -> None:
    change, field, words = CASES[case]
    plan = data()
    change(plan)
    problems = problems_of(plan)
    assert field in problems, problems
    assert words in problems[field].what
    assert problems[field].mend


def test_the_sample_breaks_no_rule() -> None:
    assert problems_of(data()) == {}


def test_a_broken_rule_names_the_line() -> None:
    text = EXAMPLE.read_text().replace("[Lena Lead, Petra Product], timeout: 30m", "[Lena Lead, Petra Produkt], timeout: 30m")
    [problem] = text_problems(text)
    assert "Petra Produkt" in text.splitlines()[(problem.line or 0) - 1]
    assert "Petra Product" in problem.mend


def test_each_strategy_has_its_gates_and_its_way_with_state() -> None:
    plan = data()
    plan["strategy"] = "minimized-downtime"
    assert problems_of(plan) == {}
    plan["strategy"] = "zero-downtime"
    assert problems_of(plan) == {}
    plan["state"]["ladder"] = None
    assert set(problems_of(plan)) == {"state.ladder"}
    plan["state"] |= {"stores": [], "queues": []}
    assert "state.ladder" not in problems_of(plan)


def test_lambda_functions_may_share_an_http_function() -> None:
    plan = data()
    plan["source"]["functions"].append({"name": "orders-admin", "triggers": [{"type": "http", "api": "a1b2c3"}]})
    plan["mapping"].append({"function": "orders-admin", "trigger": "http", "to": ["list_orders"]})
    assert problems_of(plan) == {}


def test_this_machine_may_be_spoken_to_in_the_clear() -> None:
    plan = data()
    plan["target"]["package"]["url"] = "http://127.0.0.1:8000/app.zip"
    assert problems_of(plan) == {}


def test_a_ramp_rises_to_all_clients() -> None:
    for ramp in ([5, 25, 50], [50, 25, 100], [5, 5, 100]):
        plan = data()
        plan["traffic"]["ramp"] = ramp
        assert set(problems_of(plan)) == {"traffic.ramp"}
