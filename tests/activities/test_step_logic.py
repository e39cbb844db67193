"""Steps whose own logic decides something: draining, baking, settings, waiting for resolvers, the downtime."""

from datetime import timedelta
from typing import Any

import pytest

from activities import app_settings, probing
from activities.source_state import differences, fingerprint
from activities.step import Done, Failed, Waiting
from activities.steps.bake import Bake
from activities.steps.close_window import CloseWindow
from activities.steps.drain_source import DrainSource
from activities.steps.prepare_service_specifics import PrepareServiceSpecifics
from adapters.errors import Conflict
from adapters.records import Answer, Depth
from tests.activities.small_world import NOON, Answers, Queues, Remembered, Settings, work
from tests.plan.plans import example

EMPTY = Depth(0, 0)
RIGHT = Answer(200, body={}, seconds=0.1)
WRONG = Answer(500, seconds=0.1)
SNAPSHOT = Remembered({"snapshot_source": {"functions": {"orders-api": {"timeout_seconds": 20}}}})


def drained(looks: list[tuple[float, Depth]], record: Remembered = SNAPSHOT) -> list[Any]:
    """What each look at the queue gives, that many seconds after the wait began."""
    step, verdicts = DrainSource(), []
    did = step.do(work(), {})
    for after, depth in looks:
        verdict = step.verify(work(did, record, after, queues=Queues(depth)), {})
        did = verdict.remember or did if isinstance(verdict, Waiting) else did
        verdicts.append(verdict)
    return verdicts


@pytest.mark.parametrize("busy", [Depth(1, 0), Depth(0, 1), Depth(0, 0, 1)])
def test_what_is_in_flight_or_delayed_counts_as_much_as_what_is_visible(busy: Depth) -> None:
    (verdict,) = drained([(100, busy)])
    assert isinstance(verdict, Waiting)
    assert f"{busy.visible} visible, {busy.in_flight} in flight, {busy.delayed} delayed" in verdict.what


def test_a_queue_is_drained_once_it_stays_empty() -> None:
    settle = example().state.queues[0].settle.total_seconds()
    looks = drained([(30, EMPTY), (30 + settle - 1, EMPTY), (30 + settle, EMPTY)])
    assert [type(verdict) for verdict in looks] == [Waiting, Waiting, Done]


def test_a_message_that_comes_back_begins_the_wait_anew() -> None:
    settle = example().state.queues[0].settle.total_seconds()
    looks = drained([(30, EMPTY), (31, Depth(0, 1)), (30 + settle, EMPTY), (30 + 2 * settle, EMPTY)])
    assert [type(verdict) for verdict in looks] == [Waiting, Waiting, Waiting, Done]


def test_requests_in_flight_are_waited_out() -> None:
    looks = drained([(0, EMPTY), (15, EMPTY), (20, EMPTY)])
    assert isinstance(looks[1], Waiting)
    assert "until 12:00:20 UTC" in looks[1].what
    assert isinstance(looks[2], Done)


def test_no_request_outlives_the_gateway() -> None:
    patient = Remembered({"snapshot_source": {"functions": {"orders-api": {"timeout_seconds": 900}}}})
    assert [type(verdict) for verdict in drained([(0, EMPTY), (29, EMPTY), (30, EMPTY)], patient)] == [Waiting, Waiting, Done]


def baked(*answers: Answer, after: float = 1e6) -> list[Any]:
    step, verdicts = Bake(), []
    did = step.do(work(), {})
    for answer in answers:
        verdict = step.verify(work(did, after=after, web=Answers(answer)), {})
        if not isinstance(verdict, Failed):
            did = (verdict.remember if isinstance(verdict, Waiting) else verdict.evidence) or did
        verdicts.append(verdict)
    return verdicts


def test_two_wrong_answers_in_a_row_are_chance_and_three_are_not() -> None:
    verdicts = baked(WRONG, WRONG, RIGHT, WRONG, WRONG, RIGHT, WRONG, WRONG, WRONG, after=1.0)
    assert [type(verdict) for verdict in verdicts] == [*[Waiting] * 8, Failed]
    assert verdicts[-1].code == "unhealthy"


def test_baking_lasts_as_long_as_the_plan_says() -> None:
    bake = example().timing.bake.total_seconds()
    assert isinstance(baked(RIGHT, after=bake - 1)[0], Waiting)
    (done,) = baked(RIGHT, after=bake)
    assert done.evidence | {"since": ""} == {"since": "", "asked": 1, "wrong": 0, "in_a_row": 0, "slowest_seconds": 0.1}


def test_a_right_answer_is_asked_of_the_clients_address() -> None:
    web = Answers(RIGHT)
    Bake().verify(work(Bake().do(work(), {}), web=web), {})
    assert web.asked[0][:2] == ("GET", "https://orders.example.com/health")


def test_a_setting_that_is_there_with_another_value_is_a_conflict() -> None:
    app = Settings({"KEEP": "mine", "SAME": "wanted"})
    before = app_settings.present(work(app=app).world, ["KEEP", "SAME", "NEW"])
    assert before == {"present": ["KEEP", "SAME"]}
    with pytest.raises(Conflict, match="KEEP exists with another value"):
        app_settings.add(work(app=app).world, {"KEEP": "other", "NEW": "x"}, before)
    assert app.found == {"KEEP": "mine", "SAME": "wanted"}


def test_only_added_settings_are_taken_away() -> None:
    app = Settings({"SAME": "wanted"})
    world, wanted = work(app=app).world, {"SAME": "wanted", "NEW": "x"}
    before = app_settings.present(world, list(wanted))
    app_settings.add(world, wanted, before)
    app_settings.add(world, wanted, before)
    assert (app_settings.missing(world, wanted), app_settings.left_over(world, list(wanted), before)) == ([], ["NEW"])
    app_settings.take_away(world, list(wanted), before)
    app_settings.take_away(world, list(wanted), before)
    assert app.found == {"SAME": "wanted"}
    assert app_settings.left_over(world, list(wanted), before) == []


def test_an_app_that_does_not_exist_has_no_settings_to_take_away() -> None:
    world = work(app=Settings(None)).world
    assert app_settings.present(world, ["A"]) == {"present": []}
    app_settings.take_away(world, ["A"], {"present": []})


def test_the_downtime_lies_between_closing_and_serving() -> None:
    times = {"quiesce_source": NOON, "verify_traffic": NOON + timedelta(seconds=61.26)}
    verdict = CloseWindow().verify(work(record=Remembered(times=times)), {})
    assert verdict == Done({"downtime_seconds": 61.3})
    assert isinstance(CloseWindow().verify(work(), {}), Failed)


class Rules:
    def __init__(self, expression: str) -> None:
        self.expression = expression

    def snapshot(self, rule: str) -> dict[str, Any]:
        return {"name": rule, "expression": self.expression}


@pytest.mark.parametrize(
    ("expression", "zone", "problem"),
    [
        ("cron(0 2 * * ? *)", {}, None),
        ("cron(0 2 * * ? *)", {"WEBSITE_TIME_ZONE": "UTC"}, None),
        ("cron(0 2 * * ? *)", {"WEBSITE_TIME_ZONE": "Europe/Berlin"}, "WEBSITE_TIME_ZONE"),
        ("cron(5 2 * * ? *)", {}, "02:05:00 on AWS but at"),
        ("rate(1 day)", {}, None),
        ("rate(12 hours)", {}, "fires every 12:00:00 on AWS, but 1 day, 0:00:00 apart"),
        ("rate(7 minutes)", {}, "does not divide"),
        ("at(2027-01-01T02:00:00)", {}, "fires once"),
    ],
)
def test_schedules_of_both_sides_fire_together(expression: str, zone: dict[str, str], problem: str | None) -> None:
    verdict = PrepareServiceSpecifics().verify(work(app=Settings(zone), schedules=Rules(expression)), {})
    assert isinstance(verdict, Done) if problem is None else isinstance(verdict, Failed) and problem in verdict.message


def test_a_probe_is_asked_until_it_is_right_and_bodies_are_not_quoted() -> None:
    probe = example().checks.validation[1].model_copy(update={"within": timedelta(seconds=0.5)})
    early = Answer(200, body={"status": "new", "customer": "Petra"})
    web = Answers(Answer(404), early, Answer(200, body={"status": "processed"}))
    found = probing.ask(web, "http://app/", probe, "r1")
    assert (found["ok"], web.asked[0][:2]) == (True, ("GET", "http://app/orders/canary-r1"))
    never = probing.ask(Answers(early), "http://app", probe, "r1")
    assert never["problem"] == "fields that are not as expected: status"
    assert "Petra" not in repr(never)


def test_differences_name_the_place() -> None:
    before = {"schedules": {"nightly": {"enabled": True}}, "mappings": [1]}
    found = {"schedules": {"nightly": {"enabled": False}}, "mappings": [1], "new": 2}
    assert differences(before, found) == ["new: None -> 2", "schedules.nightly.enabled: True -> False"]
    assert differences(before, dict(reversed(before.items()))) == []
    assert fingerprint(before) == fingerprint(dict(reversed(before.items()))) != fingerprint(found)
