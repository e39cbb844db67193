"""What is particular to Route 53: INSYNC, aliases, health checks, other records."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from adapters.errors import AdapterError, Conflict
from adapters.records import Json
from adapters.routers import route53
from adapters.routers.route53 import Route53Router
from tests.adapters.aws_resources import Aws, weighted

MINUTE = timedelta(minutes=1)


def router(aws: Aws, zone: str, record: str = "orders.example.com", kind: str = "CNAME") -> Route53Router:
    return Route53Router(aws.session, zone, record, kind, "aws", "azure")


def records(aws: Aws, zone: str) -> list[Json]:
    listed = aws.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return [record for record in listed if record["Type"] not in {"NS", "SOA"}]


def test_a_change_returns_only_once_it_is_in_sync(aws: Aws) -> None:
    statuses: list[str] = []
    aws.session.events.register(
        "after-call.route53.GetChange", lambda parsed, **_: statuses.append(parsed["ChangeInfo"]["Status"])
    )
    router(aws, aws.zone(weighted("aws", 100), weighted("azure", 0))).set_weight(10, MINUTE)
    assert statuses == ["PENDING", "INSYNC"]


def test_a_change_that_did_not_get_in_sync_is_waited_for_by_the_next_call(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = threading.Event()

    def pending(parsed: dict[str, Any], **_: Any) -> None:
        if not slow.is_set():
            parsed["ChangeInfo"]["Status"] = "PENDING"

    aws.session.events.register("after-call.route53.GetChange", pending)
    monkeypatch.setattr(route53, "_INSYNC_TIMEOUT", 0.0)
    port = router(aws, aws.zone(weighted("aws", 100), weighted("azure", 0)))
    for _ in range(2):
        with pytest.raises(AdapterError, match="INSYNC") as raised:
            port.set_weight(10, MINUTE)
        assert raised.value.transient
    slow.set()
    port.set_weight(10, MINUTE)
    assert aws.changes == ["ChangeResourceRecordSets"]


def test_both_weights_change_together(aws: Aws) -> None:
    zone = aws.zone(weighted("aws", 100), weighted("azure", 0))
    router(aws, f"/hostedzone/{zone}", "Orders.Example.com.").set_weight(30, timedelta(milliseconds=1500))
    assert [(one["SetIdentifier"], one["Weight"], one["TTL"]) for one in records(aws, zone)] == [
        ("aws", 70, 2),
        ("azure", 30, 2),
    ]
    assert aws.changes == ["ChangeResourceRecordSets"]


def test_an_alias_and_a_health_check_survive(aws: Aws) -> None:
    alias = {"HostedZoneId": "Z0000", "DNSName": "gateway.example.net.", "EvaluateTargetHealth": True}
    name = {"Name": "orders.example.com.", "Type": "A"}
    zone = aws.zone(
        name | {"SetIdentifier": "aws", "Weight": 100, "AliasTarget": alias},
        name
        | {
            "SetIdentifier": "azure",
            "Weight": 0,
            "TTL": 60,
            "HealthCheckId": "abc",
            "ResourceRecords": [{"Value": "192.0.2.1"}],
        },
    )
    port, before = router(aws, zone, kind="A"), records(aws, zone)
    kept = port.snapshot()
    port.set_weight(40, timedelta(seconds=5))
    one, other = records(aws, zone)
    assert one == before[0] | {"Weight": 60}
    assert other == before[1] | {"Weight": 40, "TTL": 5}
    port.restore(kept)
    assert records(aws, zone) == before


def test_restore_brings_back_what_was_deleted_and_removes_what_was_added(aws: Aws) -> None:
    zone = aws.zone(weighted("aws", 100), weighted("azure", 0))
    port, before, client = router(aws, zone), records(aws, zone), aws.client("route53")
    kept = port.snapshot()
    changes = [
        {"Action": "DELETE", "ResourceRecordSet": before[1]},
        {"Action": "CREATE", "ResourceRecordSet": weighted("third", 5)},
        {"Action": "CREATE", "ResourceRecordSet": weighted("aws", 5) | {"Name": "orders2.example.com."}},
    ]
    client.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    port.restore(kept)
    assert port.snapshot() == kept
    assert [one["Name"] for one in records(aws, zone)].count("orders2.example.com.") == 1


def test_a_third_record_that_takes_clients_is_a_conflict_and_one_with_weight_0_is_none(aws: Aws) -> None:
    zone = aws.zone(weighted("aws", 100), weighted("azure", 0), weighted("third", 5))
    for ask in (router(aws, zone).weight, lambda: router(aws, zone).set_weight(1, MINUTE)):
        with pytest.raises(Conflict, match="third"):
            ask()
    assert router(aws, aws.zone(weighted("aws", 100), weighted("azure", 0), weighted("third", 0))).weight() == 0


@pytest.mark.parametrize(("source", "target", "percentage"), [(0, 0, 50), (1, 1, 50), (255, 0, 0), (1, 3, 75), (0, 1, 100)])
def test_weights_of_any_scale_are_told_as_a_percentage(aws: Aws, source: int, target: int, percentage: int) -> None:
    assert router(aws, aws.zone(weighted("aws", source), weighted("azure", target))).weight() == percentage


def test_the_name_servers_of_the_zone_are_asked_unless_others_are_named(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = aws.zone(weighted("aws", 100), weighted("azure", 0))
    own = aws.client("route53").get_hosted_zone(Id=zone)["DelegationSet"]["NameServers"]
    asked: list[list[str]] = []

    def look_up(servers: list[str], name: str, kind: str, samples: int) -> list[frozenset[str]]:
        asked.append(list(servers))
        assert (name, kind) == ("orders.example.com.", "CNAME")
        return [frozenset({"azure.example.net"}), *[frozenset({"aws.example.net"})] * (samples - 1)]

    monkeypatch.setattr(route53, "answers", look_up)
    assert router(aws, zone).observed(4).target == 1
    named = Route53Router(aws.session, zone, "orders.example.com", "CNAME", "aws", "azure", ["192.0.2.1:5353"])
    assert named.observed(4).how.endswith("192.0.2.1:5353")
    assert asked == [own, ["192.0.2.1:5353"]]
    assert own


def test_a_source_that_is_an_alias_is_whatever_is_not_the_target(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route53, "answers", lambda *_: [frozenset({"192.0.2.9"}), frozenset({"198.51.100.7"})])
    alias = {"HostedZoneId": "Z2", "DNSName": "d-1.execute-api.eu-west-1.amazonaws.com", "EvaluateTargetHealth": False}
    source = {"Name": "orders.example.com.", "Type": "A", "SetIdentifier": "aws", "Weight": 100, "AliasTarget": alias}
    target = weighted("azure", 0) | {"Type": "A", "ResourceRecords": [{"Value": "192.0.2.9"}]}
    assert router(aws, aws.zone(source, target), kind="A").observed(2).target == 1


def test_nobody_is_asked_where_no_answer_would_tell(aws: Aws) -> None:
    same = weighted("azure", 0) | {"ResourceRecords": [{"Value": "AWS.example.net."}]}
    split = router(aws, aws.zone(weighted("aws", 100), same)).observed(20)
    assert (split.asked, "same values" in split.how) == (0, True)
    aws.session.events.register("after-call.route53.GetHostedZone", lambda parsed, **_: parsed.pop("DelegationSet"))
    split = router(aws, aws.zone(weighted("aws", 100), weighted("azure", 0))).observed(20)
    assert (split.asked, "private" in split.how) == (0, True)
