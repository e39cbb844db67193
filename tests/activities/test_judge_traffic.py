"""Judging a weight: what passes, what fails and how soon, what is inconclusive, who decides then."""

from dataclasses import replace
from typing import Any

import pytest

from activities.faults import FINAL
from activities.step import Done, Failed, Waiting
from activities.steps.judge_traffic import JudgeTraffic
from adapters.errors import AdapterError, NotFound
from adapters.observing import Traffic
from adapters.records import Answer
from tests.activities.watched_sides import SOURCE, TARGET, Side, Watch, plan_with

WORSE = "worse-than-source"
WRONG = Answer(500, seconds=0.01)
SLOW = Answer(200, seconds=2.0)
SAID = {"by": "Lena Lead", "reason": "checked by hand", "at": "2026-11-23T12:00:00+00:00"}


def test_two_healthy_sides_pass_when_the_bake_is_over_and_not_before() -> None:
    watch = Watch()
    verdicts = watch.looks()
    assert [type(verdict) for verdict in verdicts] == [*[Waiting] * 9, Done]
    assert {gate["name"]: gate["verdict"] for gate in watch.did["gates"]} == {
        "error-rate": "pass", "probe-errors": "pass", "latency": "pass",
    }  # fmt: skip
    assert watch.did["metrics"]["target"] == {"requests": 1000, "errors": 0, "throttled": 0, "latency": {"average": 0.1}}
    assert (watch.did["weight"], watch.did["probes"]["target"]) == (25, {"total": 50, "bad": 0})


def test_what_clients_asked_of_both_sides_is_kept_look_by_look() -> None:
    watch = Watch()
    watch.looks()
    assert [counts for _, *counts in watch.did["request_trail"]][:3] == [[0, 0, 0, 0], [100, 0, 100, 0], [200, 0, 200, 0]]
    assert len(watch.did["request_trail"]) == 11
    moments = [at for at, *_ in watch.did["request_trail"]]
    assert moments == sorted(moments)


def test_both_sides_are_asked_the_same_and_nothing_that_changes_them() -> None:
    watch = Watch()
    watch.looks()
    paths = {line.removeprefix(f"GET {SOURCE}") for line in watch.source.asked}
    assert paths == {line.removeprefix(f"GET {TARGET}") for line in watch.target.asked} == {"/health", "/orders?limit=1"}
    assert len(watch.source.asked) == len(watch.target.asked) == 50


def test_a_target_that_errs_is_found_out_long_before_the_bake_is_over() -> None:
    watch = Watch(target=Side(each=Traffic(100, 20, 0)))
    (*_, verdict) = watch.looks()
    assert isinstance(verdict, Failed)
    assert (verdict.code, watch.did["looks"]) == (WORSE, 1)
    assert verdict.code in FINAL, "no other try mends it"
    assert "at 25 % Azure is worse than AWS: error-rate (20.00% of 100" in verdict.message
    assert watch.gate("error-rate")["p"] < 0.001
    assert verdict.evidence["verdict"] == "fail"


def test_three_wrong_probes_in_a_row_are_enough() -> None:
    watch = Watch()
    watch.target.answer = WRONG
    verdict = watch.look()
    assert isinstance(verdict, Failed)
    assert "5 probes in a row were wrong on Azure only: status 500" in verdict.message


def test_what_both_sides_get_wrong_is_not_the_targets_fault() -> None:
    watch = Watch(Side(answer=WRONG), Side(answer=WRONG), plan_with(extend=0))
    verdicts = watch.looks(lambda verdict: isinstance(verdict, Waiting) and "person" in verdict.what)
    assert len(verdicts) == 10, "no durations of right answers: a person is asked, nobody goes back"
    assert watch.gate("probe-errors")["verdict"] == "pass"
    assert watch.gate("latency")["verdict"] == "inconclusive"


def test_a_slow_target_fails_as_soon_as_the_samples_allow() -> None:
    watch = Watch(target=Side(answer=SLOW))
    verdicts = watch.looks()
    assert [type(verdict) for verdict in verdicts] == [*[Waiting] * 5, Failed]
    assert "median 2.000 s on the target, 0.100 s on the source" in watch.gate("latency")["why"]


def test_a_dry_gate_is_recorded_and_does_not_bind() -> None:
    gates = [{"kind": "error-rate", "dry": True}, {"kind": "probe-errors", "dry": True}, {"kind": "latency", "dry": True}]
    watch = Watch(target=Side(answer=WRONG, each=Traffic(100, 90, 0)), plan=plan_with(gates=gates))
    assert isinstance(watch.looks()[-1], Done)
    assert watch.did["verdict"] == "pass"
    assert [watch.gate("error-rate")[key] for key in ("verdict", "binding")] == ["fail", False]


def test_no_traffic_lengthens_the_bake_twice_and_then_asks_a_person() -> None:
    watch = Watch(target=Side(each=Traffic(0, 0, 0)))
    verdicts = watch.looks(lambda verdict: isinstance(verdict, Waiting) and "promote or abort" in verdict.what)
    assert len(verdicts) == 30
    asked = verdicts[-1]
    assert isinstance(asked, Waiting)
    assert asked.what == ("a person: inconclusive: error-rate (0 of at least 30 requests seen on the target); promote or abort")
    since = watch.did["asked"]
    assert isinstance(watch.look(), Waiting)
    assert watch.did["asked"] == since


def test_who_was_asked_may_promote_but_not_what_is_clearly_worse() -> None:
    watch = Watch(target=Side(each=Traffic(0, 0, 0)))
    watch.looks(lambda verdict: isinstance(verdict, Waiting) and "promote or abort" in verdict.what)
    healthy = replace(watch.target)
    watch.promoted = SAID
    watch.target.answer = WRONG
    assert isinstance(watch.look(), Failed)
    watch.target.answer, watch.did = healthy.answer, {**watch.did, "in_a_row": 0}
    watch.did["probes"]["target"]["bad"] = 0
    verdict = watch.look()
    assert isinstance(verdict, Done)
    assert (verdict.evidence["promoted"], verdict.evidence["verdict"]) == (SAID, "inconclusive")


def test_a_bake_that_is_promoted_ends_at_the_next_look() -> None:
    watch = Watch()
    assert isinstance(watch.look(), Waiting)
    watch.promoted = SAID
    assert isinstance(watch.look(), Done)
    assert watch.did["promoted"] == SAID


def test_a_judgement_does_not_lack_what_the_agent_can_ask_itself() -> None:
    watch = Watch(plan=plan_with(pairs=1, minimum=40))
    assert isinstance(watch.looks()[-1], Done)
    assert (watch.did["looks"], watch.did["probes"]["target"]["total"], len(watch.did["seconds"]["source"])) == (10, 40, 40)


def test_more_traffic_makes_a_lengthened_bake_pass() -> None:
    watch = Watch(target=Side(each=Traffic(2, 0, 0)))
    assert isinstance(watch.looks()[-1], Done)
    assert (watch.did["extended"], watch.did["looks"]) == (1, 20)


def test_at_the_last_weight_the_source_of_earlier_weights_is_the_reference() -> None:
    first = Watch(Side(each=Traffic(100, 5, 0)), Side(each=Traffic(100, 5, 0)))
    first.looks()
    idle = Side(each=Traffic(0, 0, 0))
    last = Watch(idle, Side(each=Traffic(100, 5, 0)), earlier=first.did)
    assert isinstance(last.looks()[-1], Done)
    assert last.did["reference"] == {"total": 1000, "bad": 50}
    assert "5.00% of 1000 on the target, 5.00% of 1000 on the source" in last.gate("error-rate")["why"]
    third = Watch(idle, Side(each=Traffic(100, 5, 0)), earlier=last.did)
    assert third.did["reference"] == {"total": 1000, "bad": 50}
    alone = Watch(Side(each=Traffic(0, 0, 0)), Side(each=Traffic(100, 5, 0)))
    assert isinstance(alone.looks()[-1], Failed), "against its probes, which were all right, one in twenty is worse"


def test_a_metric_that_is_missing_is_an_error_at_once() -> None:
    with pytest.raises(NotFound):
        Watch(target=Side(error=NotFound("no such metric")))
    watch = Watch()
    watch.target.error = NotFound("no such metric any more")
    with pytest.raises(NotFound):
        watch.look()


def test_a_service_that_is_silent_for_a_while_does_not_end_the_bake() -> None:
    watch = Watch()
    watch.look()
    watch.source.error = AdapterError("throttled", "CloudWatch asks for patience")
    assert isinstance(watch.look(), Waiting)
    assert (watch.did["unread"], watch.did["metrics"]["source"]["requests"]) == ("CloudWatch asks for patience", 100)
    watch.source.error = None
    watch.look()
    assert watch.did["unread"] == ""


def test_it_waits_as_long_as_the_bake_the_person_and_a_step_may_take() -> None:
    plan = plan_with(extend=2, decide_within="1h")
    assert JudgeTraffic().patience(plan).total_seconds() == 3 * 600 + 3600 + plan.timing.step_timeout.total_seconds()


CUSTOM: dict[str, Any] = {"kind": "custom", "target": {"namespace": "Shop", "name": "Placed", "statistic": "average"}}


@pytest.mark.parametrize(
    ("gate", "target", "outcome", "looks"),
    [
        ({"kind": "throttles", "limit": 5}, Side(each=Traffic(9, 0, 0)), Done, 10),
        ({"kind": "throttles", "limit": 5}, Side(each=Traffic(9, 0, 1)), Failed, 6),
        ({"kind": "queue-age", "queue": "orders", "limit": "60s"}, Side(ages={"orders": 59.0}), Done, 10),
        ({"kind": "queue-age", "queue": "orders", "limit": "60s"}, Side(ages={"orders": 61.0}), Failed, 1),
        ({**CUSTOM, "above": 5}, Side(values={"Placed": 6.0}), Failed, 1),
        ({**CUSTOM, "above": 5}, Side(values={"Placed": 4.0}), Done, 10),
        ({**CUSTOM, "below": 5}, Side(values={"Placed": 4.0}), Failed, 10),
        ({**CUSTOM, "ratio": 1.2, "source": CUSTOM["target"]}, Side(values={"Placed": 12.0}), Done, 10),
        ({**CUSTOM, "ratio": 1.2, "source": CUSTOM["target"]}, Side(values={"Placed": 12.1}), Failed, 10),
    ],
)
def test_plain_gates(gate: dict[str, Any], target: Side, outcome: type, looks: int) -> None:
    source = Side(ages={"orders": 1.0}, values={"Placed": 10.0})
    watch = Watch(source, target, plan_with(gates=[gate]))
    verdicts = watch.looks()
    assert (type(verdicts[-1]), len(verdicts)) == (outcome, looks)


def test_what_adds_up_is_counted_from_the_beginning_of_the_bake() -> None:
    summed = {**CUSTOM, "target": {"namespace": "Shop", "name": "Placed"}, "above": 5}
    watch = Watch(Side(), Side(values={"Placed": 100.0}), plan_with(gates=[summed]))
    watch.target.values["Placed"] = 105.0
    assert isinstance(watch.look(), Waiting)
    watch.target.values["Placed"] = 106.0
    assert isinstance(watch.look(), Failed)


def test_throttled_requests_that_nobody_counts_are_an_error() -> None:
    uncounted = Side(each=Traffic(1, 0, None), total=Traffic(0, 0, None))
    with pytest.raises(NotFound, match="throttled"):
        Watch(Side(), uncounted, plan_with(gates=[{"kind": "throttles"}]))
