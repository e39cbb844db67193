"""Firings are counted by minute: run by one side, by both, or by none."""

from datetime import UTC, datetime

from local.traffic.firings import counted


def at(minute: int, second: int = 0) -> float:
    return datetime(2026, 11, 23, 2, minute, second, tzinfo=UTC).timestamp()


def test_each_firing_is_run_once_twice_or_not_at_all() -> None:
    found = {f"reports/2026-11-23T02{minute:02}-aws.json" for minute in (2, 4, 6)}
    found |= {f"reports/2026-11-23T02{minute:02}-azure.json" for minute in (6, 10)}
    assert counted(found, at(0, 30), at(10, 30)) == {"firings": 5, "fired_twice": 1, "missed": 1}


def test_only_firings_that_were_due_meanwhile_count() -> None:
    found = {"reports/2026-11-23T0202-aws.json", "reports/2026-11-23T0204-azure.json", "reports/daily.json"}
    assert counted(found, at(0, 59), at(2, 20)) == {"firings": 1, "fired_twice": 0, "missed": 0}
    assert counted(found, at(2, 1), at(4, 5))["firings"] == 0, "the last one may not be written yet"
