"""The traffic generator's figures: what it sends, and what it makes of failures."""

import json
import sys
import time
from pathlib import Path

import pytest

from local.traffic import Traffic
from local.traffic.__main__ import main
from tests.local.orders_liar import Liar


def until_sent(traffic: Traffic, count: int) -> None:
    deadline = time.monotonic() + 20
    while traffic.requests()["sent"] < count and time.monotonic() < deadline:
        time.sleep(0.01)


def test_requests_leave_at_the_rate_and_all_are_counted() -> None:
    with Liar() as other_side:
        traffic = Traffic(other_side.url, rate=100, max_seconds=1.0).start()
        traffic.wait()
    requests = traffic.requests()
    assert 90 <= requests["sent"] <= 101
    assert (requests["ok"], requests["failed"], requests["held_back"]) == (requests["sent"], 0, 0)
    assert requests["served_by"]["liar"]["answers"] >= requests["ok"] - traffic.report()["orders"]["deleted"]
    assert requests["longest_seconds_without_good_answer"] < 0.9


def test_the_rate_grows_during_the_ramp() -> None:
    with Liar() as other_side, Traffic(other_side.url, rate=100, ramp=1.0, max_seconds=1.5) as traffic:
        until_sent(traffic, 12)
        early = time.time()
        traffic.wait()
    requests = traffic.requests()
    assert early - requests["started"] > 0.3
    assert 80 <= requests["sent"] <= 101


def test_about_three_in_ten_requests_create_an_order() -> None:
    with Liar() as other_side:
        traffic = Traffic(other_side.url, rate=400, max_seconds=1.0).start()
        traffic.wait()
    assert 0.2 < traffic.report()["orders"]["acknowledged"] / traffic.requests()["sent"] < 0.4


def test_an_outage_is_counted_with_its_times() -> None:
    with Liar() as other_side, Traffic(other_side.url, rate=100) as traffic:
        until_sent(traffic, 30)
        other_side.closed, closed_at = True, time.time()
        until_sent(traffic, 80)
        during = traffic.requests()
        other_side.closed, opened_at = False, time.time()
        until_sent(traffic, 130)
        traffic.stop()
    after = traffic.requests()
    assert during["longest_seconds_without_good_answer"] > 0.3
    assert after["failed"] == after["failed_by_status"]["503"] == sum(count for _, _, count in after["failures"]) >= 30
    assert closed_at - 0.1 <= after["first_failure"] <= after["last_failure"] <= opened_at + 0.3
    assert {int(closed_at) - 1 <= second <= int(opened_at) + 1 for second, _, _ in after["failures"]} == {True}
    assert after["last_good_answer"] > opened_at
    assert opened_at - closed_at - 0.1 <= after["longest_seconds_without_good_answer"] <= opened_at - closed_at + 0.5


def test_a_create_without_an_answer_is_unknown_and_unanswered_requests_are_bounded() -> None:
    with Liar() as other_side:
        other_side.slow_seconds = 0.8
        with Traffic(other_side.url, rate=100, timeout=0.3, outstanding=5, max_seconds=1.0) as traffic:
            traffic.wait()
    report = traffic.report()
    assert report["orders"]["acknowledged"] == 0
    assert report["orders"]["unknown_creates"] == report["requests"]["failed_by_status"]["timeout"] > 0
    assert report["requests"]["held_back"] > 50


def test_nobody_listening_is_a_failure_not_an_error() -> None:
    with Traffic("http://127.0.0.1:1", rate=100, max_seconds=0.2) as traffic:
        traffic.wait()
    assert traffic.requests()["failed_by_status"]["connection"] == traffic.requests()["sent"]


def test_the_number_of_orders_is_bounded() -> None:
    with Liar() as other_side, Traffic(other_side.url, rate=300, max_orders=7, max_seconds=0.5) as traffic:
        traffic.wait()
        assert traffic.report()["orders"]["acknowledged"] == 7


@pytest.mark.parametrize(("lie", "status"), [("", 0), ("lose", 1)])
def test_the_command_ends_by_a_file_and_its_status_tells_of_broken_promises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: str, status: int
) -> None:
    over, out = tmp_path / "over", tmp_path / "report.json"
    monkeypatch.setattr(
        "sys.argv", ["traffic", "--rate", "50", "--out", str(out), "--until-file", str(over), "--settle", "0.1"]
    )
    with Liar(lie) as other_side:
        monkeypatch.setattr("sys.argv", [*sys.argv, "--url", other_side.url])
        other_side.when_created(5, over.touch)
        assert main() == status
    assert json.loads(out.read_text())["orders"]["audited"] > 0
