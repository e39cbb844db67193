"""Moving clients: the router's word is not enough, they must be seen to have moved."""

from typing import Any

import pytest

from activities.judging import agreement
from activities.step import Done, Failed, Step, Waiting
from activities.steps.await_departure import AwaitDeparture
from activities.steps.prepare_dns import PrepareDns
from activities.steps.shift_traffic import ShiftTraffic
from activities.steps.switch_traffic import SwitchTraffic
from activities.weights import ALPHA, SAMPLES, arrived
from adapters.errors import AdapterError
from adapters.observing import Traffic
from tests.activities.following import Following
from tests.activities.small_world import Remembered, work
from tests.plan.plans import example

PLAN = example()
LIFETIME = (PLAN.traffic.ttl + PLAN.traffic.settle).total_seconds()
FOLLOW = PLAN.traffic.follow.total_seconds()


def seen(step: Step, router: Following, after: float, **did: Any) -> Any:
    """What the step says at that many seconds after the change."""
    switched = work().now.isoformat()
    told = {"weight": 25, "switched": switched, "changed": switched} | did
    return step.verify(work(told, after=after, router=router), {"router": {"ttl": 60}, "weight": 0})


def test_a_switch_waits_for_resolvers_in_both_directions() -> None:
    router, step = Following(), SwitchTraffic()
    before = step.snapshot(work(router=router))
    for deed, proof, weight in ((step.do, step.verify, 100), (step.undo, step.undone, 0)):
        did = deed(work(router=router), before)
        assert router.at == weight
        router.seen = SAMPLES * weight // 100
        assert isinstance(proof(work(did, after=LIFETIME - 1, router=router), before), Waiting)
        assert isinstance(proof(work(did, after=LIFETIME, router=router), before), Done)
        assert isinstance(proof(work(did, router=Following(50)), before), Failed)


@pytest.mark.parametrize("step", [SwitchTraffic(), ShiftTraffic()])
def test_once_the_router_is_as_it_was_taking_clients_back_leaves_it_so(step: Step) -> None:
    class Prepared(Following):
        def restore(self, before: object) -> None:
            self.restored = before

    router, record = Prepared(100), Remembered({"prepare_dns": {"router": {"ttl": 60}}, "shift_traffic": {"weight": 0}})
    record.back.add("prepare_dns")
    step.undo(work(record=record, router=router), {"weight": 0})
    assert (router.restored, router.at) == ({"ttl": 60}, 100)  # no weight is set beside it, with another lifetime


@pytest.mark.parametrize(
    ("weight", "right", "wrong"),
    [(0, [0], [1, 200]), (5, [5, 10, 17], [0, 40]), (25, [35, 50, 66], [10, 34, 67, 100]), (100, [200], [0, 199])],
)
def test_clients_must_be_seen_to_follow_within_what_chance_allows(weight: int, right: list[int], wrong: list[int]) -> None:
    for count in right:
        found = arrived(work({"switched": work().now.isoformat()}, after=LIFETIME, router=Following(weight, count)), weight)
        assert isinstance(found, Done)
        assert found.evidence["observed"]["target"] == count
        assert found.evidence["observed"]["chance"] >= ALPHA
    for count in wrong:
        found = arrived(work({"switched": work().now.isoformat()}, after=LIFETIME, router=Following(weight, count)), weight)
        assert isinstance(found, Waiting)
        assert f"{count} of {SAMPLES}" in found.what


def test_clients_that_never_follow_are_an_error_that_says_what_was_seen() -> None:
    router, did = Following(100, 150), {"switched": work().now.isoformat()}
    assert isinstance(arrived(work(did, after=LIFETIME + FOLLOW, router=router), 100), Waiting)
    found = arrived(work(did, after=LIFETIME + FOLLOW + 1, router=router), 100)
    assert isinstance(found, Failed)
    assert (found.code, found.evidence["observed"]["target"]) == ("not-followed", 150)
    assert "150 of 200" in found.message
    assert found.mend
    assert SwitchTraffic().patience(PLAN).total_seconds() > LIFETIME + FOLLOW
    assert ShiftTraffic().patience(PLAN) == SwitchTraffic().patience(PLAN)


def test_nobody_to_ask_is_written_down() -> None:
    found = arrived(work({"switched": work().now.isoformat()}, after=LIFETIME, router=Following(25, "private")), 25)
    assert isinstance(found, Done)
    assert found.evidence["observed"] == {"asked": 0, "target": 0, "how": "private"}


def test_a_way_forward_needs_to_see_and_a_way_back_only_tries() -> None:
    deaf, did = AdapterError("unreachable", "no name server answers", "Open port 53."), {"switched": work().now.isoformat()}
    here = work(did, after=LIFETIME, router=Following(0, deaf))
    with pytest.raises(AdapterError, match="no name server"):
        arrived(here, 0)
    record = Remembered({step.name: {"weight": 0} for step in (SwitchTraffic, ShiftTraffic)})
    for step in (SwitchTraffic(), ShiftTraffic()):
        found = step.undone(work(did, record, LIFETIME, router=Following(0, deaf)), {"weight": 0})
        assert isinstance(found, Done)
        assert "no name server" in found.evidence["observed"]["how"]
        assert isinstance(step.undone(work(did, record, LIFETIME, router=Following(0, 9)), {"weight": 0}), Waiting)


def test_before_any_client_moves_it_is_seen_where_they_are() -> None:
    step = PrepareDns()
    assert isinstance(seen(step, Following(25, 50), 59.0), Waiting)
    assert isinstance(seen(step, Following(25, 200), 60.0), Waiting)
    assert seen(step, Following(25, 50), 60.0).evidence["observed"]["target"] == 50
    deaf = AdapterError("unreachable", "no name server answers", "Open port 53.")
    with pytest.raises(AdapterError, match="no name server"):
        seen(step, Following(25, deaf), 60.0)


class Counts:
    """CloudWatch, which has counted the same number for long."""

    def traffic(self, _since: object) -> Traffic:
        return Traffic(7, 0, None)


def test_nobody_leaves_aws_while_a_client_is_still_sent_there() -> None:
    step, quiet = AwaitDeparture(), PLAN.traffic.quiet.total_seconds()
    now = work().now.isoformat()
    did = {"from": now, "requests": 7, "unchanged_since": now}

    def verdict(count: int, after: float) -> Any:
        return step.verify(work(did, after=after, router=Following(100, count), observers={"source": Counts()}), {})

    assert isinstance(verdict(200, quiet - 1), Waiting)
    assert isinstance(verdict(199, quiet), Waiting)
    assert isinstance(verdict(199, quiet + FOLLOW + 1), Failed)
    assert verdict(200, quiet).evidence["observed"]["target"] == 200


def test_the_test_of_agreement_is_exact() -> None:
    assert agreement(0, 200, 0.0) == agreement(200, 200, 1.0) == 1.0
    assert agreement(1, 200, 0.0) == agreement(199, 200, 1.0) == 0.0
    assert agreement(5, 10, 0.5) == pytest.approx(1.0)
    assert agreement(0, 10, 0.5) == pytest.approx(2 / 1024)
