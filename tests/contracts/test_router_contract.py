"""What every Router adapter keeps."""

import json
from datetime import timedelta
from functools import partial

import pytest

from adapters.aws.session import aws_session
from adapters.errors import AdapterError, NotFound
from adapters.ports import Router
from adapters.routers.route53 import Route53Router
from tests.adapters.aws_resources import REGION, Aws, weighted

MINUTE = timedelta(minutes=1)


@pytest.fixture
def zone(aws: Aws) -> str:
    return aws.zone(weighted("aws", 100), weighted("azure", 0))


@pytest.fixture(params=["route53"])
def port(request: pytest.FixtureRequest, aws: Aws, zone: str) -> Router:
    return {"route53": Route53Router}[request.param](aws.session, zone, "orders.example.com", "CNAME", "aws", "azure")


@pytest.mark.parametrize("weight", [0, 1, 25, 100])
def test_weight_is_what_was_set(port: Router, weight: int) -> None:
    assert port.weight() == 0
    port.set_weight(weight, MINUTE)
    assert port.weight() == weight


def test_moved_and_restored_is_as_before(port: Router) -> None:
    before = port.snapshot()
    port.set_ttl(timedelta(seconds=5))
    port.set_weight(100, timedelta(seconds=5))
    assert port.snapshot() != before
    port.restore(before)
    assert json.dumps(port.snapshot()) == json.dumps(before)
    assert port.weight() == 0


def test_the_lifetime_alone_can_be_changed(port: Router) -> None:
    port.set_weight(30, MINUTE)
    port.set_ttl(timedelta(seconds=2))
    assert {record["TTL"] for record in port.snapshot()["records"]} == {2}
    assert port.weight() == 30


def test_twice_sends_once(port: Router, aws: Aws) -> None:
    before = port.snapshot()
    for act in (
        partial(port.set_ttl, timedelta(seconds=9)),
        partial(port.set_weight, 50, timedelta(seconds=9)),
        partial(port.restore, before),
    ):
        aws.calls.clear()
        act()
        act()
        assert len(aws.changes) == 1


def test_a_weight_that_is_no_percentage_is_refused(port: Router, aws: Aws) -> None:
    for weight in (-1, 101):
        with pytest.raises(AdapterError, match="percentage") as raised:
            port.set_weight(weight, MINUTE)
        assert raised.value.code == "invalid"
    assert aws.changes == []


def test_a_zone_or_record_that_does_not_exist_is_named(aws: Aws, zone: str) -> None:
    session = aws_session(REGION)
    for router, named in (
        (Route53Router(session, "Z00000000", "orders.example.com", "CNAME", "aws", "azure"), "Z00000000"),
        (Route53Router(session, zone, "orders.example.com", "CNAME", "aws", "elsewhere"), "elsewhere"),
    ):
        for ask in (router.weight, partial(router.set_weight, 1, MINUTE), partial(router.set_ttl, MINUTE)):
            with pytest.raises(NotFound, match=named) as raised:
                ask()
            assert raised.value.mend
