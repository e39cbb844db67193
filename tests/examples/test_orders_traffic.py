"""Live traffic on each side: nothing fails and no promise is broken."""

from local.traffic import Traffic
from local.traffic.audit import KINDS
from tests.examples.order_sides import Side, until


def test_a_side_keeps_its_promises_under_traffic(side: Side) -> None:
    with Traffic(side.url, rate=25, ramp=2.0, max_seconds=60.0, outstanding=8, timeout=60.0) as traffic:
        until(lambda: traffic.requests()["ok"], lambda answered: answered >= 60)
    orders = traffic.audit(settle_seconds=90.0)
    report = traffic.report()
    assert report["requests"]["failed_by_status"] == {}
    assert report["orders"]["acknowledged"] > 10
    assert {kind: orders[kind] for kind in KINDS} == dict.fromkeys(KINDS, 0)
    assert (report["orders"]["stale_reads"], report["orders"]["changed_reads"]) == (0, 0)
