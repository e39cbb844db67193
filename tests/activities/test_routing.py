"""Steps around a router: what is said of it, and that nothing is closed which clients need on their way to Azure."""

from typing import Any

import pytest

from activities.front_door import healthy
from activities.routing import passed_through
from activities.step import Done, Failed
from activities.steps.confirm_failback import ConfirmFailback
from activities.steps.prepare_dns import PrepareDns
from activities.steps.quiesce_source import QuiesceSource
from activities.steps.retire_source import RetireSource
from activities.steps.stop_consumers import StopConsumers
from activities.words import facts
from adapters.records import Answer, Depth, Json, Split
from plan.addresses import clients_address
from plan.model import Plan
from tests.activities.small_world import Answers, Queues, Remembered, work
from tests.plan.plans import data

ROUTE53 = {"router": "route53", "zone": "Z1", "record": "orders.example.com"}
MANAGER = {"router": "traffic-manager", "record": "orders.trafficmanager.net", "profile": "orders-profile"}
HTTP_API = {"router": "http-api"}
ALIAS = {"router": "lambda-alias", "functions": [{"name": "orders-api"}]}
ROUTERS = [ROUTE53, MANAGER, HTTP_API, ALIAS]
each_router = pytest.mark.parametrize("router", ROUTERS, ids=lambda one: one["router"])


def plan(router: Json, **checks: Any) -> Plan:
    changed = data()
    return Plan.model_validate(changed | {"traffic": router, "checks": changed["checks"] | checks})


class Ways:
    """Ways into the source and its router, as simple as can be; `closed` names what was closed."""

    def __init__(self, weight: int) -> None:
        self.at, self.closed = weight, set[str]()
        self.sent: list[tuple[int, float]] = []

    def snapshot(self, name: str = "") -> Any:
        return {"name": name, "ttl": 60}

    def weight(self) -> int:
        return self.at

    def set_weight(self, target: int, ttl: Any) -> None:
        self.sent.append((target, ttl.total_seconds()))

    def observed(self, samples: int) -> Split:
        return Split(samples, samples * self.at // 100, "asked")

    def to_maintenance(self, api: str, function: str) -> None:
        self.closed.add(f"api {api}")

    def in_maintenance(self, api: str, function: str) -> bool:
        return f"api {api}" in self.closed

    def set_enabled(self, rule: str, enabled: bool) -> None:
        self.closed.add(f"rule {rule}")

    def enabled(self, rule: str) -> bool:
        return f"rule {rule}" not in self.closed

    def set_concurrency(self, name: str, reserved: int | None) -> None:
        self.closed.add(f"function {name}")

    def concurrency(self, name: str) -> int | None:
        return 0 if f"function {name}" in self.closed else None


class NoMappings:
    def snapshot(self, function: str) -> list[Json]:
        return []


def given(router: Json, weight: int) -> tuple[Any, Ways]:
    ways = Ways(weight)
    ports: dict[str, Any] = {"router": ways, "front_door": ways, "schedules": ways, "functions": ways, "mappings": NoMappings()}
    return work(plan=plan(router), queues=Queues(Depth(0, 0)), **ports), ways


@pytest.mark.parametrize(
    ("router", "weight", "open_door"),
    [(ROUTE53, 100, False), (MANAGER, 100, False), (HTTP_API, 100, True), (HTTP_API, 0, False), (ALIAS, 100, True)],
    ids=["records", "profile", "api in front of Azure", "api before the switch", "alias"],
)
def test_a_front_door_that_leads_to_azure_stays_open(router: Json, weight: int, open_door: bool) -> None:
    it, ways = given(router, weight)
    QuiesceSource().do(it, {})
    assert isinstance(QuiesceSource().verify(it, {}), Done)
    assert ways.closed == ({"rule orders-nightly"} if open_door else {"rule orders-nightly", "api a1b2c3"})
    assert passed_through(it) is open_door


@each_router
def test_functions_that_forward_go_on_and_all_others_stop(router: Json) -> None:
    it, ways = given(router, 100)
    names = {"orders-api", "orders-worker", "orders-nightly"}
    before = {"mappings": [], "concurrency": dict.fromkeys(names)}
    assert isinstance(StopConsumers().verify(it, before), Done)
    stopped = {name.removeprefix("function ") for name in ways.closed}
    assert stopped == (names - {"orders-api"} if router is ALIAS else names)
    ways.closed.add("rule orders-nightly")
    assert isinstance(RetireSource().verify(it, {}), Done)
    ways.closed.remove("function orders-worker")
    assert isinstance(RetireSource().verify(it, {}), Failed)


@each_router
def test_the_router_is_made_ready_by_the_weight_that_it_has(router: Json) -> None:
    it, ways = given(router, 30)
    PrepareDns().do(it, PrepareDns().snapshot(it))
    assert ways.sent == [(30, it.plan.traffic.ttl.total_seconds())]


@each_router
def test_words_name_the_router(router: Json) -> None:
    said = facts(plan(router))
    named = {"route53": "orders.example.com", "traffic-manager": "orders-profile", "http-api": "a1b2c3", "lambda-alias": "live"}
    assert named[router["router"]] in said["router"]
    assert said["make_ready"]


@each_router
def test_clients_are_looked_for_where_the_router_meets_them(router: Json) -> None:
    own = {
        "route53": "https://orders.example.com",
        "traffic-manager": "https://orders.trafficmanager.net",
        "http-api": "https://a1b2c3.execute-api.eu-west-1.amazonaws.com",
        "lambda-alias": "https://a1b2c3.execute-api.eu-west-1.amazonaws.com",
    }
    assert clients_address(plan(router, front_door=None)) == own[router["router"]]
    assert clients_address(plan(router, front_door="https://shop.example.com/")) == "https://shop.example.com"
    web = Answers(Answer(200))
    healthy(work(plan=plan(router, front_door=None), web=web))
    assert web.asked[0][1] == own[router["router"]] + "/health"


def test_a_published_forwarder_is_no_change_of_the_source_and_any_other_version_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def state(*versions: str) -> Json:
        functions = {name: {"code_sha256": "x", "versions": list(versions)} for name in ("orders-api", "orders-worker")}
        return {"functions": functions, "router": {}}

    def verdict(router: Json, found: Json) -> Any:
        monkeypatch.setattr("activities.steps.confirm_failback.source_state", lambda *_: found)
        steps = ("snapshot_source", "freeze_source_code", "prepare_dns", "copy_secrets", "deploy_code")
        record = Remembered({step: state("1") for step in steps})

        class Allowed:
            def missing(self, needs: Any) -> list[str]:
                return []

        return ConfirmFailback().verify(work(plan=plan(router), record=record, aws_permissions=Allowed(), aws_needs=[]), {})

    forwarded = state("1")
    forwarded["functions"]["orders-api"]["versions"] = ["1", "2"]
    assert isinstance(verdict(ALIAS, forwarded), Done)
    assert isinstance(verdict(ROUTE53, forwarded), Failed)
    assert isinstance(verdict(ALIAS, state("1", "2")), Failed)


@pytest.mark.parametrize(
    ("router", "moved", "closed"),
    [
        (ROUTE53, {"router"}, False),
        (MANAGER, {"router"}, False),
        (HTTP_API, {"router", "front_doors"}, True),
        (ALIAS, {"router", "functions.*.versions", "functions.*.aliases"}, False),
    ],
    ids=lambda one: one["router"] if isinstance(one, dict) else "",
)
def test_what_the_router_is_made_of_changes_with_it(router: Json, moved: set[str], closed: bool) -> None:
    behind = plan(router)
    assert set(PrepareDns().touches(behind)) == moved
    assert ("router" in QuiesceSource().touches(behind)) == closed, "its routes are the front door's"
