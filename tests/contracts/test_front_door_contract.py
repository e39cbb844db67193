"""What every FrontDoor adapter keeps."""

import json
import threading
from collections import Counter
from functools import partial

import httpx
import pytest

from adapters.aws.front_door import HttpApis
from adapters.errors import NotFound
from adapters.ports import FrontDoor
from adapters.records import Json
from local.environment import Environment
from tests.adapters.aws_resources import Aws


@pytest.fixture(params=[HttpApis])
def port(request: pytest.FixtureRequest, aws: Aws) -> FrontDoor:
    made: FrontDoor = request.param(aws.session, settle=0.0)
    return made


def says(environment: Environment, api: str, method: str = "GET") -> str:
    answer = httpx.request(method, f"{environment.endpoints.aws}/_aws/execute-api/{api}/$default/orders", timeout=10)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["says"])


def test_every_route_is_answered_by_the_maintenance_function_and_then_as_before(
    port: FrontDoor, aws: Aws, environment: Environment
) -> None:
    api, closed = aws.http_api(aws.function("open")), aws.function("closed")
    before = port.snapshot(api)
    assert not port.in_maintenance(api, closed)
    assert says(environment, api) == "open"
    port.to_maintenance(api, closed)
    assert port.in_maintenance(api, closed)
    assert [says(environment, api, method) for method in ("GET", "POST")] == ["closed", "closed"]
    port.restore(api, before)
    assert not port.in_maintenance(api, closed)
    assert [says(environment, api, method) for method in ("GET", "POST")] == ["open", "open"]
    assert json.dumps(port.snapshot(api)) == json.dumps(before)


def test_what_leads_elsewhere_is_put_back_each_to_its_own_place(port: FrontDoor, aws: Aws) -> None:
    api = aws.http_api(aws.function("one"))
    gateway = aws.client("apigatewayv2")
    other = aws.integration(api, aws.function("two"))
    gateway.create_route(ApiId=api, RouteKey="GET /other", Target=f"integrations/{other}")
    before = port.snapshot(api)
    port.to_maintenance(api, aws.function("closed"))
    port.restore(api, before)
    assert port.snapshot(api) == before


def test_twice_is_as_once(port: FrontDoor, aws: Aws) -> None:
    api, closed = aws.http_api(aws.function()), aws.function("closed")
    before = port.snapshot(api)
    for act in (partial(port.to_maintenance, api, closed), partial(port.restore, api, before)):
        act()
        aws.calls.clear()
        act()
        assert aws.changes == []


def test_restore_mends_a_half_finished_change(port: FrontDoor, aws: Aws) -> None:
    api, closed = aws.http_api(aws.function()), aws.function("closed")
    before = port.snapshot(api)
    port.to_maintenance(api, closed)
    route: Json = before["routes"][0]
    aws.client("apigatewayv2").update_route(ApiId=api, RouteId=route["RouteId"], Target=route["Target"])
    assert not port.in_maintenance(api, closed)
    port.restore(api, before)
    assert port.snapshot(api) == before


def test_no_request_falls_into_a_gap(port: FrontDoor, aws: Aws, environment: Environment) -> None:
    api, closed = aws.http_api(aws.function("open")), aws.function("closed")
    before, done = port.snapshot(api), threading.Event()
    heard: Counter[str] = Counter()

    def keep_asking() -> None:
        while not done.is_set():
            heard[says(environment, api)] += 1

    clients = [threading.Thread(target=keep_asking) for _ in range(3)]
    for client in clients:
        client.start()
    try:
        for _ in range(4):
            port.to_maintenance(api, closed)
            said = heard["closed"]
            while heard["closed"] == said and any(client.is_alive() for client in clients):
                done.wait(0.01)
            port.restore(api, before)
    finally:
        done.set()
        for client in clients:
            client.join()
    assert heard.keys() == {"open", "closed"}


def test_what_does_not_exist_is_named(port: FrontDoor, aws: Aws) -> None:
    closed, api = aws.function(), "nosuchapi"
    for ask in (
        partial(port.snapshot, api),
        partial(port.in_maintenance, api, closed),
        partial(port.to_maintenance, api, closed),
    ):
        with pytest.raises(NotFound, match=api) as raised:
            ask()
        assert "plan" in raised.value.mend
    with pytest.raises(NotFound, match="no-such-function") as raised:
        port.to_maintenance(aws.http_api(aws.function()), "no-such-function")
    assert "maintenance" in raised.value.mend
