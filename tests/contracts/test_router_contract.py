"""What every Router adapter keeps. What of it is simulated here is said in `router_sides.py`."""

import json
from datetime import timedelta
from functools import partial

import pytest

from activities.judging import agreement
from adapters.errors import AdapterError, NotFound
from adapters.routers import name_servers
from local.environment import Environment
from tests.adapters.aws_resources import Aws
from tests.contracts.router_sides import SIDES, Side

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=SIDES, ids=lambda make: make.__name__)
def side(request: pytest.FixtureRequest, aws: Aws, environment: Environment) -> Side:
    made: Side = request.param(aws, environment)
    return made


@pytest.mark.parametrize("weight", [0, 1, 25, 100])
def test_weight_is_what_was_set(side: Side, weight: int) -> None:
    assert side.router.weight() == 0
    if side.all_or_nothing and weight not in {0, 100}:
        with pytest.raises(AdapterError, match="0 or 100") as raised:
            side.router.set_weight(weight, MINUTE)
        assert (raised.value.code, side.router.weight()) == ("invalid", 0)
    else:
        side.router.set_weight(weight, MINUTE)
        assert side.router.weight() == weight


def test_there_and_back_by_weights(side: Side) -> None:
    for weight in (100, 0, 100, 0):
        side.router.set_weight(weight, MINUTE)
        assert side.router.weight() == weight


def test_moved_and_restored_is_as_before(side: Side) -> None:
    before = side.router.snapshot()
    side.router.set_weight(0, timedelta(seconds=5))
    side.router.set_weight(100, timedelta(seconds=5))
    assert side.router.snapshot() != before
    side.router.restore(json.loads(json.dumps(before)))
    assert json.dumps(side.router.snapshot()) == json.dumps(before)
    assert side.router.weight() == 0


def test_a_snapshot_does_not_change_by_itself(side: Side) -> None:
    assert json.dumps(side.router.snapshot()) == json.dumps(side.router.snapshot())


def test_the_same_weight_changes_the_lifetime_only(side: Side) -> None:
    before = side.router.snapshot()["ttl"]
    side.router.set_weight(0, timedelta(seconds=2))
    assert side.router.snapshot()["ttl"] == (2 if side.keeps_answers else before)
    assert side.router.weight() == 0


def test_twice_sends_once(side: Side) -> None:
    router, before = side.router, side.router.snapshot()
    for act in (
        partial(router.set_weight, 0, timedelta(seconds=9)),
        partial(router.set_weight, 100, timedelta(seconds=9)),
        partial(router.restore, before),
    ):
        act()
        sent = len(side.changes())
        act()
        assert len(side.changes()) == sent


def test_a_weight_that_is_no_percentage_is_refused(side: Side) -> None:
    sent = len(side.changes())
    for weight in (-1, 101):
        with pytest.raises(AdapterError) as raised:
            side.router.set_weight(weight, MINUTE)
        assert raised.value.code == "invalid"
        assert raised.value.mend
    assert len(side.changes()) == sent


def test_what_does_not_exist_is_named(side: Side) -> None:
    for named, router in side.missing.items():
        for ask in (router.weight, partial(router.set_weight, 100, MINUTE)):
            with pytest.raises(NotFound, match=named) as raised:
                ask()
            assert raised.value.mend


def test_clients_are_seen_where_they_are_sent(side: Side) -> None:
    before = side.router.snapshot()
    with side.served() as router:
        for weight in (0, 100) if side.all_or_nothing else (0, 40, 100):
            router.set_weight(weight, MINUTE)
            sent = len(side.changes())
            split = router.observed(100)
            assert split.asked == 100
            assert agreement(split.target, split.asked, weight / 100) > 0.0001, split
            assert split.how
            assert len(side.changes()) == sent
    side.router.restore(before)


def test_clients_without_an_answer_are_no_split(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_servers, "_SECONDS", 0.1)
    with pytest.raises(AdapterError) as raised:
        side.deaf.observed(20)
    assert raised.value.code == "unreachable"
    assert raised.value.mend
