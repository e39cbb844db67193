"""Both sides are asked before any client moves: noise is ignored, clients' changes are waited out, real differences fail."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from activities.step import Done, Failed, Work
from activities.steps.check_parity import CheckParity
from adapters.errors import AdapterError
from adapters.ports import Web
from adapters.records import Answer
from plan.model import Plan
from tests.activities.small_world import work
from tests.plan.plans import data, problems_of

Json = dict[str, Any]
AWS, AZURE = "https://aws.example", "https://orders-func.azurewebsites.net"
Site = Callable[[str, str], Answer]


class TwoSides(Web):
    """Answers by address; what was asked is kept."""

    def __init__(self, aws: Site, azure: Site | None = None) -> None:
        self.sites = {AWS: aws, AZURE: azure or aws}
        self.asked: list[tuple[str, str, str, dict[str, str]]] = []

    def ask(self, method: str, url: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        base = AWS if url.startswith(AWS) else AZURE
        path = url.removeprefix(base)
        self.asked.append((method, base, path, headers or {}))
        return self.sites[base](method, path)


class Rules:
    def snapshot(self, rule: str) -> Json:
        return {"name": rule, "expression": "cron(0 2 * * ? *)", "enabled": True}


class App:
    def base_url(self) -> str:
        return AZURE


def plan(**parity: Any) -> Plan:
    document = data()
    asked = {"requests": [{"path": "/orders/1"}], "samples": [], "rate": 1000, "canary": False}
    document["checks"] |= {"source": AWS, "parity": asked | parity}
    return Plan.model_validate(document)


def checked(web: TwoSides, given: Plan) -> Done | Failed:
    """The whole step, piece by piece."""
    step = CheckParity()

    def at(did: Json | None = None, parts: Json | None = None) -> Work:
        made = work(did, plan=given, web=web, schedules=Rules(), app=App())
        return replace(made, parts=parts or {})

    did = step.do(at(), {})
    parts: Json = {}
    for part in step.parts(at(did), {}):
        token: Json | None = None
        while True:
            progress = step.do_part(at(), part, token, 0.001)
            token = progress.token
            if token is None:
                break
        parts[part] = {"note": progress.note}
    verdict = step.verify(at(did, parts), {})
    assert isinstance(verdict, Done | Failed)
    return verdict


def same(_method: str, _path: str) -> Answer:
    return Answer(200, {"content-type": "application/json"}, {"id": "1", "total": "7.5"})


def test_sides_that_answer_alike_pass_and_aws_is_asked_twice() -> None:
    web = TwoSides(same)
    verdict = checked(web, plan(requests=[{"path": "/orders/canary-{run}", "headers": {"accept": "application/json"}}]))
    assert verdict == Done({"compared": 1, "different": 0, "noise_paths": [], "examples": []})
    assert [base for _, base, _, _ in web.asked] == [AWS, AZURE, AWS]
    assert {(path, headers["accept"]) for _, _, path, headers in web.asked} == {("/orders/canary-orders-1", "application/json")}


def test_what_aws_itself_answers_differently_is_noise() -> None:
    numbers = count()

    def restless(_method: str, _path: str) -> Answer:
        return Answer(200, {}, {"id": "1", "served_at": next(numbers), "lines": [{"n": next(numbers)}]})

    verdict = checked(TwoSides(restless), plan())
    assert isinstance(verdict, Done)
    assert verdict.evidence["noise_paths"] == ["body.lines[].n", "body.served_at"]


def test_a_difference_fails_with_a_small_diff_that_holds_no_value() -> None:
    other = Answer(200, {"content-type": "text/plain"}, {"id": "1", "total": "Petra", "more": None})
    verdict = checked(TwoSides(same, lambda *_: other), plan())
    assert isinstance(verdict, Failed)
    assert verdict.code == "parity"
    assert "GET /orders/1: body.more: missing -> null" in verdict.message
    assert "body.total: text of 3 characters -> text of 5 characters" in verdict.message
    assert "headers.content-type: application/json -> text/plain" in verdict.message
    assert "Petra" not in verdict.message
    assert "ignore" in verdict.mend


@pytest.mark.parametrize(
    ("aws", "azure", "why"),
    [
        (Answer(200), Answer(0, error="ConnectError"), "Azure does not answer"),
        (Answer(0, error="ConnectError"), Answer(200), "AWS does not answer"),
        (Answer(500), Answer(500), "both sides fail with 500"),
        (Answer(200), Answer(404), "status: 200 -> 404"),
    ],
)
def test_a_side_that_does_not_answer_is_a_difference(aws: Answer, azure: Answer, why: str) -> None:
    verdict = checked(TwoSides(lambda *_: aws, lambda *_: azure), plan())
    assert isinstance(verdict, Failed)
    assert why in verdict.message


def test_a_side_that_answers_now_so_now_so_proves_nothing() -> None:
    statuses = iter([200, 503] * 10)
    verdict = checked(TwoSides(lambda *_: Answer(next(statuses)), lambda *_: Answer(200)), plan())
    assert isinstance(verdict, Failed)
    assert "now 200, now 503" in verdict.message


def test_a_row_that_a_client_changes_meanwhile_is_looked_at_again() -> None:
    stale = iter([{"total": "7"}])

    def once_stale(_method: str, _path: str) -> Answer:
        return Answer(200, {}, next(stale, {"total": "8"}))

    web = TwoSides(lambda *_: Answer(200, {}, {"total": "8"}), once_stale)
    assert isinstance(checked(web, plan()), Done)
    assert len(web.asked) == 6


def test_rows_are_sampled_over_the_whole_list() -> None:
    def shop(_method: str, path: str) -> Answer:
        if path.startswith("/orders?"):
            return Answer(200, {}, {"page": {"orders": [{"id": f"a/{number}"} for number in range(10)]}})
        return Answer(200, {}, {"path": path})

    sample = {"path": "/orders?limit=10", "items": "page.orders", "each": "/orders/{id}", "count": 4}
    web = TwoSides(shop)
    verdict = checked(web, plan(requests=[], samples=[sample]))
    assert isinstance(verdict, Done)
    assert verdict.evidence["compared"] == 4
    assert sorted({path for _, base, path, _ in web.asked if base == AZURE}) == [f"/orders/a%2F{n}" for n in (0, 2, 5, 7)]


def test_a_list_that_is_none_says_what_to_correct() -> None:
    with pytest.raises(AdapterError, match="no list under 'orders'"):
        checked(TwoSides(same), plan(requests=[], samples=[{"path": "/x", "items": "orders", "each": "/x/{id}"}]))


def test_what_the_plan_ignores_or_allows_does_not_fail() -> None:
    web = TwoSides(same, lambda *_: Answer(200, {"content-type": "application/json"}, {"id": "2", "total": "7.5"}))
    assert isinstance(checked(web, plan(ignore=["body.id"])), Done)
    allowed = checked(web, plan(allow=1))
    assert isinstance(allowed, Done)
    assert (allowed.evidence["different"], len(allowed.evidence["examples"])) == (1, 1)


def test_a_canary_goes_through_both_sides_and_is_removed_on_both() -> None:
    def worker(method: str, path: str) -> Answer:
        if method == "DELETE":
            return Answer(204)
        body = {"id": "canary-orders-1", "total": "0.1", "status": "processed", "orders": []}
        return Answer(201 if method == "POST" else 200, {}, body)

    web = TwoSides(worker)
    assert isinstance(checked(web, plan(requests=[], canary=True)), Done)
    made = [(method, base) for method, base, _, _ in web.asked if method != "GET"]
    assert made == [(method, base) for base in (AWS, AZURE) for method in ("DELETE", "POST", "DELETE")]
    silent = TwoSides(worker, lambda *_: Answer(0, error="down"))
    impatient = plan(requests=[], canary=True).model_dump(mode="json")
    for probe in impatient["checks"]["validation"] + impatient["checks"]["cleanup"]:
        probe["within"] = "1ms"
    verdict = checked(silent, Plan.model_validate(impatient))
    assert isinstance(verdict, Failed)
    assert verdict.message.startswith("canary through Azure: create an order")


def test_schedules_that_no_longer_fire_alike_fail() -> None:
    document = plan().model_dump(mode="json")
    document["mapping"][2]["ncrontab"] = "0 0 3 * * *"
    verdict = checked(TwoSides(same), Plan.model_validate(document))
    assert isinstance(verdict, Failed)
    assert verdict.message.startswith("schedule orders-nightly: ")


def test_a_plan_without_requests_says_that_nothing_was_compared() -> None:
    verdict = checked(TwoSides(same), plan(requests=[]))
    assert isinstance(verdict, Done)
    assert verdict.evidence["compared"] == 0


@pytest.mark.parametrize(
    ("parity", "field"),
    [
        ({"requests": [{"path": "/orders", "method": "POST"}]}, "checks.parity.requests[0].method"),
        ({"requests": [{"path": "/orders", "body": {}}]}, "checks.parity.requests[0].body"),
        ({"requests": [{"path": "/orders", "headers": {"Authorization": "Bearer x"}}]},
         "checks.parity.requests[0].headers.Authorization"),
        ({"samples": [{"path": "/orders", "each": "/orders/1"}]}, "checks.parity.samples[0].each"),
        ({"rate": 0}, "checks.parity.rate"),
    ],
)  # fmt: skip
def test_a_plan_that_would_ask_what_is_not_safe_is_refused(parity: Json, field: str) -> None:
    document = data()
    document["checks"]["parity"] = parity
    assert field in problems_of(document)
    document["checks"]["parity"] = {"requests": [{"path": "/orders", "method": "POST", "body": {}, "mirror": True}]}
    assert problems_of(document) == {}
