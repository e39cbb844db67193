"""The audit finds every way of breaking a promise, and nothing where all were kept."""

import time
from typing import Any

import pytest

from local.traffic import Traffic
from local.traffic.audit import KINDS
from tests.local.orders_liar import Liar


def audited(lie: str) -> dict[str, Any]:
    with Liar(lie) as other_side:
        with Traffic(other_side.url, rate=300, max_seconds=1.0) as traffic:
            traffic.wait()
        traffic.audit(settle_seconds=0.2)
    orders: dict[str, Any] = traffic.report()["orders"]
    return orders


def test_kept_promises_leave_nothing_to_report() -> None:
    orders = audited("")
    assert orders["acknowledged"] == orders["audited"] > 30
    assert orders["deleted"] > 0
    assert {kind: orders[kind] for kind in (*KINDS, "stale_reads", "changed_reads")} == dict.fromkeys(
        (*KINDS, "stale_reads", "changed_reads"), 0
    )


@pytest.mark.parametrize(
    ("lie", "found"),
    [
        ("lose", {"lost", "stale_reads"}),
        ("change", {"changed", "changed_reads"}),
        ("forge", {"changed", "changed_reads"}),
        ("twice", {"processed_twice"}),
        ("never", {"unprocessed"}),
        ("forget-updates", {"outdated", "stale_reads"}),
        ("keep-deleted", {"resurrected"}),
    ],
)
def test_each_lie_is_found_for_what_it_is(lie: str, found: set[str]) -> None:
    orders = audited(lie)
    assert {kind for kind in (*KINDS, "stale_reads", "changed_reads") if orders[kind]} == found
    examples = orders["examples"] | orders["read_examples"]
    assert all(1 <= len(examples[kind]) <= 10 for kind in found)


def test_a_side_that_does_not_answer_is_unreadable_not_lost() -> None:
    with Liar() as other_side:
        with Traffic(other_side.url, rate=100, max_seconds=0.3) as traffic:
            traffic.wait()
        other_side.closed = True
        orders = traffic.audit(settle_seconds=0.1)
    assert (orders["unreadable"], orders["lost"]) == (orders["audited"], 0)


def test_the_audit_waits_until_the_queue_work_has_settled() -> None:
    with Liar("never") as other_side:
        with Traffic(other_side.url, rate=100, max_seconds=0.3) as traffic:
            traffic.wait()
        began = time.monotonic()
        assert traffic.audit(settle_seconds=1.0)["unprocessed"] > 0
        assert time.monotonic() - began >= 1.0
        for order in other_side.orders.values():
            order["processings"] = 1
        began = time.monotonic()
        assert traffic.audit(settle_seconds=30.0)["unprocessed"] == 0
        assert time.monotonic() - began < 5.0


def test_orders_from_before_are_audited_too() -> None:
    old = {"id": "old", "customer": "Ann", "version": 3, "note": "", "processings": 1, "signature": "s"}
    with Liar() as other_side:
        other_side.orders["old"] = {**old, "customer": "Eve"}
        traffic = Traffic(other_side.url, rate=1)
        traffic.adopt([old])
        assert traffic.audit(settle_seconds=0.1)["examples"] == {"changed": ["old"]}
