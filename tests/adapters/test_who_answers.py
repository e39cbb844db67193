"""Telling by an answer which side gave it; an answer that tells nothing is no guess."""

from typing import Any

import pytest

from adapters.errors import AdapterError
from adapters.records import Answer, Split
from adapters.routers.who_answers import WhoAnswers
from adapters.wiring import build_world
from plan.model import Plan
from tests.activities.small_world import Answers
from tests.plan.plans import data

AWS = Answer(200, body={"status": "ok", "platform": "aws-lambda"})
AZURE = Answer(200, body={"status": "ok", "platform": "azure-functions"})
URL = "https://orders.example.com/health"


def who(web: Answers, **says: Any) -> WhoAnswers:
    return WhoAnswers(web, "GET", URL, [200], says)


def test_each_request_counts_for_the_side_that_its_answer_names() -> None:
    web = Answers(AZURE, AWS, AZURE, AWS)
    assert who(web, platform="azure-functions").split(8) == Split(8, 2, f"GET {URL}")
    assert web.asked == [("GET", URL, None)] * 8


def test_nobody_is_asked_when_nothing_tells_the_sides_apart() -> None:
    web = Answers(AZURE)
    split = who(web).split(8)
    assert (split.asked, split.target, web.asked) == (0, 0, [])
    assert "target_says" in split.how


def test_a_wrong_answer_is_asked_for_once_more_and_then_nothing_is_known() -> None:
    assert who(Answers(Answer(502), AZURE), platform="azure-functions").split(1).target == 1
    for wrong in (Answer(502, body={"platform": "azure-functions"}), Answer(0, error="refused"), Answer(200, body="text")):
        web = Answers(wrong)
        with pytest.raises(AdapterError) as raised:
            who(web, platform="azure-functions").split(200)
        assert (raised.value.code, bool(raised.value.mend)) == ("unreachable", True)
        assert len(web.asked) < 300, "the first that fails ends it"


@pytest.mark.parametrize(
    "traffic", [{"router": "http-api"}, {"router": "lambda-alias", "functions": [{"name": "orders-api"}]}], ids=["api", "alias"]
)
def test_a_plan_says_what_is_asked_and_what_tells(traffic: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    held = data()
    checks = held["checks"] | {"front_door": "https://shop.example.com/", "target_says": {"platform": "azure-functions"}}
    world = build_world(Plan.model_validate(held | {"traffic": traffic, "checks": checks}), {})
    web = Answers(AWS, AZURE)
    monkeypatch.setattr("adapters.azure.web.HttpWeb.ask", lambda _self, *given: web.ask(*given))
    assert world.router.observed(2).target == 1
    assert {url for _, url, _ in web.asked} == {"https://shop.example.com/health"}
