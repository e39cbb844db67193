"""What is particular to HTTP APIs: what clients get while routes move, the maintenance before it, stages by hand."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import httpx
import pytest

from adapters.aws.front_door import HttpApis
from adapters.errors import AdapterError, Conflict
from adapters.routers.api_routes import ApiRoutes
from local.environment import Environment
from tests.adapters.aws_resources import Aws
from tests.contracts.clients_ways import who
from tests.local.edge_origin import Origin


@pytest.fixture
def azure() -> Iterator[Origin]:
    with Origin() as origin:
        yield origin


def router(aws: Aws, api: str, azure: Origin) -> ApiRoutes:
    return ApiRoutes(aws.session, [api], lambda: f"http://127.0.0.1:{azure.port}", who("http://127.0.0.1:9"), settle=0.0)


def ask(environment: Environment, api: str, method: str = "GET", path: str = "/orders?x=1") -> httpx.Response:
    url = f"{environment.endpoints.aws}/_aws/execute-api/{api}/$default{path}"
    return httpx.request(method, url, content=b"body" if method == "POST" else None, timeout=10, trust_env=False)


def test_requests_arrive_on_the_other_side_with_path_query_and_body(aws: Aws, azure: Origin, environment: Environment) -> None:
    api = aws.http_api(aws.function("aws"))
    port = router(aws, api, azure)
    assert ask(environment, api).json() == {"says": "aws"}
    port.set_weight(100, timedelta())
    told = ask(environment, api, "POST").json()
    assert (told["method"], told["path"]) == ("POST", "/orders?x=1")
    port.set_weight(0, timedelta())
    assert ask(environment, api).json() == {"says": "aws"}
    assert [one["IntegrationType"] for one in aws.client("apigatewayv2").get_integrations(ApiId=api)["Items"]] == ["AWS_PROXY"]


def test_no_request_falls_into_a_gap(aws: Aws, azure: Origin, environment: Environment) -> None:
    api, done, heard = aws.http_api(aws.function("aws")), threading.Event(), Counter[str]()
    port = router(aws, api, azure)

    def keep_asking() -> None:
        while not done.is_set():
            answer = ask(environment, api)
            heard["aws" if "says" in answer.json() else "azure" if answer.status_code == 201 else answer.text] += 1

    client = threading.Thread(target=keep_asking)
    client.start()
    try:
        for weight, side in ((100, "azure"), (0, "aws"), (100, "azure"), (0, "aws")):
            port.set_weight(weight, timedelta())
            said = heard[side]
            while heard[side] == said and client.is_alive():
                done.wait(0.01)
    finally:
        done.set()
        client.join()
    assert heard.keys() == {"aws", "azure"}


def test_the_way_back_leads_to_the_maintenance_that_was_there(aws: Aws, azure: Origin, environment: Environment) -> None:
    api, closed, door = aws.http_api(aws.function("aws")), aws.function("closed"), HttpApis(aws.session, settle=0.0)
    port = router(aws, api, azure)
    before, untouched = door.snapshot(api), port.snapshot()
    door.to_maintenance(api, closed)
    port.set_weight(100, timedelta())
    assert port.weight() == 100
    assert not door.in_maintenance(api, closed)
    port.set_weight(0, timedelta())
    assert door.in_maintenance(api, closed)
    assert ask(environment, api).json() == {"says": "closed"}
    door.restore(api, before)
    assert json.dumps([door.snapshot(api), port.snapshot()]) == json.dumps([before, untouched])


def test_a_stage_that_does_not_deploy_by_itself_follows_there_and_back(aws: Aws, azure: Origin) -> None:
    api = aws.http_api(aws.function("aws"), auto_deploy=False)
    port, gateway = router(aws, api, azure), aws.client("apigatewayv2")
    before, deployments = port.snapshot(), gateway.get_deployments(ApiId=api)["Items"]
    assert before["apis"][api]["stages"].keys() == {"$default"}
    port.set_weight(100, timedelta())
    assert port.weight() == 100
    assert port.snapshot()["apis"][api]["stages"] != before["apis"][api]["stages"]
    port.set_weight(0, timedelta())
    assert port.snapshot() == before
    assert len(gateway.get_deployments(ApiId=api)["Items"]) == len(deployments)


def test_half_a_switch_is_neither_and_both_ways_mend_it(aws: Aws, azure: Origin) -> None:
    api = aws.http_api(aws.function("aws"))
    port, gateway = router(aws, api, azure), aws.client("apigatewayv2")
    before = port.snapshot()
    ways: tuple[tuple[Callable[[], None], int], ...] = (
        (partial(port.set_weight, 100, timedelta()), 100),
        (partial(port.restore, before), 0),
    )
    for mend, weight in ways:
        port.set_weight(100, timedelta())
        route, target = next(iter(before["apis"][api]["routes"].items()))
        gateway.update_route(ApiId=api, RouteId=route, Target=target)
        assert port.weight() == 50
        mend()
        assert port.weight() == weight


def test_a_route_that_was_deleted_is_named_when_all_others_are_back(aws: Aws, azure: Origin) -> None:
    api = aws.http_api(aws.function("aws"))
    port = router(aws, api, azure)
    before = port.snapshot()
    port.set_weight(100, timedelta())
    route = next(iter(before["apis"][api]["routes"]))
    aws.client("apigatewayv2").delete_route(ApiId=api, RouteId=route)
    with pytest.raises(Conflict, match=route):
        port.restore(before)
    assert port.weight() == 0


def test_an_address_with_a_path_is_refused_before_anything_changes(aws: Aws) -> None:
    api = aws.http_api(aws.function("aws"))
    port = ApiRoutes(aws.session, [api], lambda: "https://azure.example.net/api", who("http://127.0.0.1:9"), settle=0.0)
    with pytest.raises(AdapterError, match="path") as raised:
        port.set_weight(100, timedelta())
    assert (raised.value.code, aws.changes) == ("invalid", [])


def test_an_api_without_routes_is_no_router(aws: Aws, azure: Origin) -> None:
    api = str(aws.client("apigatewayv2").create_api(Name="empty", ProtocolType="HTTP")["ApiId"])
    with pytest.raises(Conflict, match="no route"):
        router(aws, api, azure).weight()
