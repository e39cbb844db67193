"""Hazards are told before anything is changed: refused, warned of, or accepted; what cannot be seen is told, too."""

from typing import Any, get_args

import pytest

from activities.inspections.looking import INSPECTIONS
from activities.step import Done, Failed
from adapters.errors import AdapterError
from adapters.records import QueueRules
from plan.accepted import Hazard
from tests.activities.inspected import Workload, denied, farm, planned, site

PLAN = planned()
FIFO = planned(
    source=PLAN.source.model_dump()
    | {
        "functions": [
            one.model_dump() | {"triggers": [{"type": "queue", "queue": "o.fifo"}]} for one in PLAN.source.functions[1:2]
        ]
    }
)


def with_settings(**settings: str) -> Any:
    return planned(target=PLAN.target.model_dump() | {"settings": settings})


def with_bucket() -> Any:
    source = PLAN.source.model_dump()
    source["functions"][0]["triggers"].append({"type": "bucket", "bucket": "orders-receipts-000000000000"})
    return planned(source=source)


def test_a_workload_that_fits_passes_without_a_word() -> None:
    verdict = Workload().looked(PLAN)
    assert isinstance(verdict, Done)
    assert (verdict.evidence["warnings"], verdict.told) == ([], "")
    assert verdict.evidence["looked_for"] == [one.id for one in INSPECTIONS]


def test_what_is_looked_for_is_what_may_be_accepted() -> None:
    assert [one.id for one in INSPECTIONS] == list(get_args(Hazard))


PAUSE = {"extensions": {"queues": {"visibilityTimeout": "00:00:30"}}}
SLOW = {"orders-api": 900}
LONG = "Duration orders-api"


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"timeouts": SLOW, "measured": {LONG: 300_000.0}}, ("answer-cut-off", "orders-api", "refuse")),
        ({"timeouts": SLOW, "measured": {LONG: 2_000.0}}, ("answer-cut-off", "orders-api", "warn")),
        ({"timeouts": SLOW}, ("answer-cut-off", "orders-api", "warn")),
        (
            {
                "timeouts": {"orders-nightly": 900},
                "foreseen": [farm("Y1"), site()],
                "measured": {"Duration orders-nightly": 400_000.0},
            },
            ("run-cut-off", "orders-nightly", "refuse"),
        ),
        (
            {"timeouts": {"orders-nightly": 900}, "host": PAUSE | {"functionTimeout": "00:10:00"}},
            ("run-cut-off", "orders-nightly", "warn"),
        ),
        (
            {"timeouts": {"orders-nightly": 900}, "foreseen": [], "measured": {"Duration orders-nightly": 400_000.0}},
            ("run-cut-off", "orders-nightly", "warn"),
        ),
        (
            {
                "timeouts": {"orders-nightly": 900},
                "foreseen": [farm("Y1"), site()],
                "host": PAUSE | {"functionTimeout": "-1"},
            },
            ("run-cut-off", "orders-nightly", "warn"),
        ),
        (
            {"timeouts": {"orders-nightly": 900}, "foreseen": [site({"AzureFunctionsJobHost__functionTimeout": "00:01:00"})]},
            ("run-cut-off", "orders-nightly", "warn"),
        ),
        (
            {"foreseen": [farm("FC1"), site({"FUNCTIONS_WORKER_RUNTIME": "python"})]},
            ("legacy-settings", "FUNCTIONS_WORKER_RUNTIME", "refuse"),
        ),
        ({"settings": {"WEBSITE_CONTENTSHARE": "x"}}, ("legacy-settings", "WEBSITE_CONTENTSHARE", "refuse")),
        ({"settings": {"TZ": "UTC"}, "foreseen": [site()]}, ("legacy-settings", "TZ", "warn")),
        ({"routes": [{"RouteKey": "GET /orders", "AuthorizationType": "AWS_IAM"}]}, ("signature-refused", "a1b2c3", "refuse")),
        ({"responses": ["ReportBatchItemFailures"]}, ("batch-item-failures", "orders-worker", "warn")),
        (
            {"timeouts": {"orders-worker": 300}, "measured": {"Duration orders-worker": 90_000.0}},
            ("lock-lost", "orders-worker", "warn"),
        ),
        (
            {"timeouts": {"orders-worker": 900}, "rules": QueueRules(1024, 1800, None)},
            ("lock-lost", "orders-worker", "warn"),
        ),
        ({"rules": QueueRules(262_144, 60, 5)}, ("message-too-large", "orders-queue", "warn")),
        (
            {"rules": QueueRules(262_144, 60, 5), "measured": {"SentMessageSize orders-queue": 60_000.0}},
            ("message-too-large", "orders-queue", "refuse"),
        ),
        ({"host": {}}, ("retried-at-once", "orders-queue", "warn")),
        ({"rules": QueueRules(1024, 60, 10)}, ("retried-at-once", "orders-queue", "warn")),
        ({"reserved": {"orders-api": 5}}, ("downstream-swamped", "orders-api", "warn")),
        (
            {
                "reserved": {"orders-api": 5},
                "foreseen": [site(functionAppConfig={"scaleAndConcurrency": {"maximumInstanceCount": 40}})],
            },
            ("downstream-swamped", "orders-api", "warn"),
        ),
        ({"ahead": {"source": 300.0}}, ("clock-skew", "AWS", "refuse")),
        ({"ahead": {"target": -120.0}}, ("clock-skew", "Azure", "warn")),
    ],
)
def test_a_hazard_is_found_with_its_place_and_its_weight(changed: dict[str, Any], found: tuple[str, str, str]) -> None:
    assert Workload(**changed).found(PLAN) == [found]


@pytest.mark.parametrize(
    "changed",
    [
        {"timeouts": {"orders-api": 230}},
        {"timeouts": {"orders-nightly": 900}},
        {"timeouts": {"orders-nightly": 900}, "foreseen": [farm("EP1"), site()]},
        {"settings": {"FUNCTIONS_WORKER_RUNTIME": "python"}, "foreseen": [farm("EP1"), site()]},
        {"routes": [{"RouteKey": "GET /orders", "AuthorizationType": "NONE"}]},
        {"timeouts": {"orders-worker": 300}, "measured": {"Duration orders-worker": 50_000.0}},
        {"rules": QueueRules(262_144, 60, 5), "measured": {"SentMessageSize orders-queue": 40_000.0}},
        {"reserved": {"orders-api": 50}, "foreseen": [site(siteConfig={"functionAppScaleLimit": 50})]},
        {"ahead": {"source": 59.0}},
    ],
)
def test_what_keeps_the_limits_is_not_told(changed: dict[str, Any]) -> None:
    assert Workload(**changed).found(PLAN) == []


@pytest.mark.parametrize(
    ("name", "weight"),
    [
        ("ORDERS-TABLE", "refuse"),
        ("orders.table", "refuse"),
        ("orders:table", "refuse"),
        ("ORDERS__TABLE", "warn"),
        ("WEBSITE_COLOUR", "warn"),
        ("ORDERS_TABLE", None),
        ("OrdersStorage__queueServiceUri", None),
        ("AzureFunctionsJobHost__logging__level", None),
        ("WEBSITE_HTTPLOGGING_RETENTION_DAYS", None),
    ],
)
def test_names_of_settings_reach_the_code_as_they_stand(name: str, weight: str | None) -> None:
    found = Workload(variables=["WEBSITE_COLOUR", "ORDERS_TABLE"]).found(with_settings(**{name: "x"}))
    assert found == ([("setting-misread", name, weight)] if weight else [])


def test_windows_takes_dots_and_hyphens() -> None:
    windows = site() | {"kind": "functionapp"}
    assert Workload(foreseen=[farm("Y1"), windows]).found(with_settings(**{"orders.a-b": "x"})) == []


def test_a_fifo_queue_is_refused_before_the_window() -> None:
    assert ("order-lost", "o.fifo", "refuse") in Workload().found(FIFO)


def test_an_authorizer_that_stays_in_front_of_azure_is_no_hazard() -> None:
    guarded = Workload(routes=[{"RouteKey": "GET /orders", "AuthorizationType": "JWT"}])
    assert guarded.found(planned(traffic={"router": "http-api"})) == []


def test_objects_that_start_functions_are_counted_and_need_a_subscription() -> None:
    found = Workload(objects=(700, 0)).found(with_bucket())
    assert [(name, weight) for name, _, weight in found] == [("blobs-again", "warn"), ("blobs-missed", "warn")]
    subscribed = [farm("FC1"), site(), {"id": "x", "type": "Microsoft.EventGrid/systemTopics/eventSubscriptions"}]
    assert Workload(foreseen=subscribed).found(with_bucket()) == []


def test_apps_whose_names_begin_alike_share_a_host_id() -> None:
    name = "orders-function-app-of-the-north-east"
    target = planned(target=PLAN.target.model_dump() | {"app": name})
    other = {"id": "x", "type": "Microsoft.Web/sites", "name": "orders-function-app-of-the-north-west"}
    assert Workload(foreseen=[other]).found(target) == [("host-id-collision", name, "refuse")]
    own = {"AzureFunctionsWebHost__hostid": "orders-east"}
    assert Workload(foreseen=[other], settings=own).found(target) == []
    assert Workload(foreseen=[other]).found(PLAN) == []


def test_every_refusal_is_listed_with_its_value_its_limit_and_its_mend() -> None:
    verdict = Workload(timeouts=SLOW, measured={LONG: 412_000.0}, ahead={"source": 300.0}).looked(PLAN)
    assert isinstance(verdict, Failed)
    assert verdict.code == "hazard"
    for words in ("answer-cut-off", "orders-api", "412 s", "230 s", "clock-skew", "300 s ahead of that of AWS"):
        assert words in verdict.message
    assert "202" in verdict.mend
    assert "time server" in verdict.mend
    assert "accepted_findings" in verdict.mend


def accepting(**about: str) -> Any:
    return planned(accepted_findings=[{"finding": "answer-cut-off", "because": "clients poll", "by": "Petra Product"} | about])


def test_what_the_plan_accepts_stops_nothing_and_is_told_with_its_reason() -> None:
    slow = Workload(timeouts=SLOW, measured={LONG: 300_000.0})
    for plan in (accepting(), accepting(about="orders-api")):
        verdict = slow.looked(plan)
        assert isinstance(verdict, Done)
        (accepted,) = verdict.evidence["accepted"]
        assert (accepted["id"], accepted["because"], accepted["by"]) == ("answer-cut-off", "clients poll", "Petra Product")
        assert (verdict.evidence["warnings"], verdict.evidence["accepted_but_not_found"]) == ([], [])
    assert isinstance(slow.looked(accepting(about="orders-worker")), Failed)


def test_an_acceptance_that_meets_nothing_is_told() -> None:
    verdict = Workload().looked(accepting(about="orders-api"))
    assert isinstance(verdict, Done)
    assert verdict.evidence["accepted_but_not_found"] == ["answer-cut-off about orders-api"]


def test_warnings_are_counted_in_a_sentence() -> None:
    verdict = Workload(responses=["ReportBatchItemFailures"]).looked(PLAN)
    assert isinstance(verdict, Done)
    assert verdict.told.endswith("1 warning to read: batch-item-failures (orders-worker).")
    two = Workload(responses=["ReportBatchItemFailures"], rules=QueueRules(262_144, 60, 5)).looked(PLAN)
    assert isinstance(two, Done)
    assert "2 warnings" in two.told


def test_what_may_not_be_looked_at_is_a_warning_and_hides_nothing_else() -> None:
    hidden = Workload(timeouts=SLOW, measured={LONG: denied("CloudWatch")}, reserved={"orders-worker": 3})
    verdict = hidden.looked(PLAN)
    assert isinstance(verdict, Done)
    told = {one["id"]: one["what"] for one in verdict.evidence["warnings"]}
    assert "orders-api could not be looked at: CloudWatch may not be read" in told["answer-cut-off"]
    assert "downstream-swamped" in told


def test_a_target_that_cannot_be_foreseen_or_a_package_without_host_json_are_warnings() -> None:
    unseen = Workload(foreseen=denied("the template")).found(PLAN)
    assert {weight for *_, weight in unseen} == {"warn"}
    assert {"run-cut-off", "legacy-settings", "host-id-collision"} <= {name for name, *_ in unseen}
    bare = Workload(timeouts={"orders-nightly": 900}, package=None).found(PLAN)
    assert ("run-cut-off", "orders-nightly", "warn") in bare


@pytest.mark.parametrize("code", ["throttled", "unreachable", "unexpected"])
def test_a_cloud_that_does_not_answer_is_asked_again(code: str) -> None:
    with pytest.raises(AdapterError):
        Workload(foreseen=AdapterError(code, "silent")).looked(PLAN)


def test_nothing_is_measured_that_cannot_be_too_long() -> None:
    quick = Workload()
    quick.looked(PLAN)
    assert quick.asked == []


def test_a_fact_is_asked_for_once() -> None:
    slow = Workload(timeouts=SLOW | {"orders-nightly": 3600}, measured={LONG: 2_000.0, "Duration orders-nightly": 1.0})
    slow.looked(PLAN)
    assert sorted(slow.asked) == sorted(set(slow.asked))
