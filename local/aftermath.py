"""What a run came to that was disturbed: how it ended, who serves clients, which orders were kept.

Lives here: the judgement. Never here: the disturbance.
"""

from dataclasses import dataclass
from typing import Any

from local.failback import probe
from local.stage import Stage
from local.summary import order_problems, run_problems, summarize
from local.traffic.generator import Traffic

SAFE = {"migrated": "azure", "failed-back": "aws"}
"""How a run may end, and who serves clients then."""


@dataclass(frozen=True)
class Aftermath:
    """Counts: `unsafe_ends` and `orders_lost` must be 0."""

    outcome: str
    unsafe_ends: int
    orders_lost: int
    orders_acknowledged: int
    requests_sent: int
    requests_failed: int
    asked_a_person: int
    resumed_by_watchdog: int
    problems: list[str]


def look(ready: Stage, traffic: Traffic, run: str, asked_a_person: int) -> Aftermath:
    """After the traffic has been stopped and audited."""
    report = summarize(ready, traffic, run)
    with ready.doors() as doors:
        events = doors.get(f"migrations/{run}/events").raise_for_status().json()["events"]
    outcome = report["outcome"]
    ends = run_problems(report, outcome if outcome in SAFE else "migrated")
    served = probe(ready.edge_url)
    if outcome in SAFE and served != {SAFE[outcome]}:
        ends.append(f"clients are answered by {', '.join(sorted(served))} after the run ended {outcome}")
    lost = order_problems(report["orders"])
    return Aftermath(
        outcome=outcome,
        unsafe_ends=1 if ends else 0,
        orders_lost=_count(report["orders"]),
        orders_acknowledged=report["orders"]["acknowledged"],
        requests_sent=report["requests"]["sent"],
        requests_failed=report["requests"]["failed"],
        asked_a_person=asked_a_person,
        resumed_by_watchdog=sum(event["kind"] == "watchdog" for event in events),
        problems=ends + lost,
    )


def markdown(found: Aftermath) -> str:
    """For a person."""
    kept = {name.replace("_", " "): value for name, value in vars(found).items() if name != "problems"}
    lines = [f"| {name} | {value} |" for name, value in kept.items()]
    return "\n".join(["| what | count |", "| --- | --- |", *lines, "", *(f"NOT KEPT: {one}" for one in found.problems)])


def _count(orders: dict[str, Any]) -> int:
    """Promises to clients that were broken, of every kind."""
    kinds = ("lost", "changed", "processed_twice", "unprocessed", "outdated", "resurrected", "unreadable", "stale_reads")
    return sum(int(orders[kind]) for kind in (*kinds, "changed_reads")) + int(orders["acknowledged"] == 0)
