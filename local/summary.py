"""What a migration on the stage came to: figures for the report, sentences for a person, and whether promises were kept.

Lives here: the shape of `build/demo/report.json`. Never here: measuring.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from local.stage import Stage
from local.traffic.generator import Traffic

Report = dict[str, Any]


def summarize(ready: Stage, traffic: Traffic, run: str) -> Report:
    """The demo's report, from the agent's report, the traffic generator's counts and the edge's."""
    with ready.doors() as doors:
        found = doors.get(f"migrations/{run}/report", params={"format": "json"}).raise_for_status().json()
    counted = traffic.report()
    return {
        "strategy": found["strategy"],
        "outcome": found["state"],
        "why": found["why"],
        "requests": counted["requests"] | {"stale_reads": counted["orders"]["stale_reads"]},
        "downtime_seconds": found["downtime_seconds"],
        "orders": counted["orders"],
        "steps": [{name: line[name] for name in ("seq", "kind", "name", "state", "seconds")} for line in found["steps"]],
        "source_fingerprint_before": found["source_fingerprint_before"],
        "source_fingerprint_after": found["source_fingerprint_after"],
        "weight": _weight(ready),
        "window": _moments(found),
        **watched(found),
        "runbook_hash": found["runbook_hash"],
    }


def watched(found: Report) -> Report:
    """What the steps saw while both sides were live: how far the copy was behind, what differed, what people accepted."""
    evidence = [(line["name"], line["evidence"] or {}) for line in found["steps"]]
    lag = (found["replication"] or {}).get("lag_max_seconds")
    decisions = [one["decision"] for one in found["exceptions"]]
    parity = next((seen for name, seen in evidence if name == "check_parity"), {})
    return {
        "replication": {"lag_max_seconds": lag},
        "exceptions": {"found": len(decisions)} | {kind: decisions.count(kind) for kind in ("open", "accepted", "gone")},
        "parity": {"compared": parity.get("compared", 0), "different": parity.get("different", 0)},
        "held_seconds": sum(seen.get("held_seconds", 0.0) for name, seen in evidence if name == "climb_ladder"),
    }


def problems(report: Report, expected: str, faults: Sequence[dict[str, float]] = ()) -> list[str]:
    """Promises that were not kept; empty is good.

    Args:
        report: as `summarize` gives it.
        expected: how the run should have ended.
        faults: times (epoch seconds) in which requests may fail because something was broken on purpose.
    """
    windows = [*([report["window"]] if report["window"] else []), *faults]
    outside = failures_outside(report["requests"]["failures"], windows)
    found = run_problems(report, expected) + order_problems(report["orders"]) + notice_problems(report["notices"])
    if report["strategy"] == "zero-downtime":  # the others close the workload, and its schedules, for a while
        found += [
            f"firings {kind}: {report['schedule'][kind]}" for kind in ("fired_twice", "missed") if report["schedule"][kind]
        ]
    return found + ([f"{outside} requests failed outside the window"] if outside else [])


def run_problems(report: Report, expected: str) -> list[str]:
    """What the run itself did not keep: its outcome, the source, where clients are sent."""
    found = []
    if report["outcome"] != expected:
        found.append(f"the run ended {report['outcome']} instead of {expected}: {report['why']}")
    if expected == "failed-back":
        before, after = report["source_fingerprint_before"], report["source_fingerprint_after"]
        if before != after:
            found.append(f"the source's fingerprint is {after} instead of {before}")
    if report["weight"] != (100 if expected == "migrated" else 0):
        found.append(f"{report['weight']} % of clients are sent to Azure")
    return found


def order_problems(orders: dict[str, Any]) -> list[str]:
    """What was promised to clients and not kept, by the audit and by their own reads."""
    kinds = ("lost", "changed", "processed_twice", "unprocessed", "outdated", "resurrected", "unreadable")
    found = [f"orders {kind}: {orders[kind]}" for kind in (*kinds, "stale_reads", "changed_reads") if orders[kind]]
    if orders["acknowledged"] == 0:
        found.append("no order was acknowledged: the clients proved nothing")
    return found


def notice_problems(notices: dict[str, Any]) -> list[str]:
    """What people were not told."""
    found = [f"{notices['given_up']} notices were given up"] if notices["given_up"] else []
    return found + ([] if notices["ended_told"] else ["nobody was told that the migration has ended"])


def failures_outside(failures: list[list[Any]], windows: list[dict[str, float]]) -> int:
    """Requests that failed while the workload was not closed, by the second."""

    def closed(second: int) -> bool:
        return any(window["closed"] - 1 <= second <= window["opened"] + 1 for window in windows)

    return sum(count for second, _, count in failures if not closed(second))


def told(report: Report, found: list[str], folder: Path) -> str:
    """The end of the demo, for a person."""
    requests, orders, notices = report["requests"], report["orders"], report["notices"]
    lines = [
        "",
        f"{report['outcome']} ({report['strategy']})" + (f": {report['why']}" if report["why"] else ""),
        f"  requests   {requests['sent']} sent, {requests['failed']} failed; the longest time without a good answer was "
        f"{requests['longest_seconds_without_good_answer']:.1f} s",
        f"  downtime   {_downtime(report)}",
        f"  orders     {orders['acknowledged']} acknowledged; {orders['lost']} lost, {orders['changed']} changed, "
        f"{orders['processed_twice']} processed twice, {orders['unprocessed']} unprocessed",
        f"  schedule   {report['schedule']['firings']} firings were due; {report['schedule']['fired_twice']} fired twice, "
        f"{report['schedule']['missed']} missed",
        f"  people     {notices['cards']} cards in Teams, {notices['late']} late, {notices['given_up']} given up; decided: "
        + (", ".join(f"{gate} by {channel}" for gate, channel in notices["decided"].items()) or "nothing"),
        f"  clients    {report['weight']} % are sent to Azure",
        f"  source     fingerprint {str(report['source_fingerprint_before'])[:16]} before"
        + (f", {report['source_fingerprint_after'][:16]} after" if report["source_fingerprint_after"] else ""),
        f"  papers     {folder}/report.json, report.md, manual.md",
        "",
        *(f"NOT KEPT: {problem}" for problem in found),
        "" if found else "Nothing was lost.",
    ]
    return "\n".join(lines)


def _downtime(report: Report) -> str:
    if report["downtime_seconds"] is None:
        return f"none; writes waited {report['held_seconds']:.1f} s while the truth went from one side to the other"
    return f"{report['downtime_seconds']} s as the agent measured it"


def _weight(ready: Stage) -> int:
    records = {record["identifier"]: record["weight"] for record in ready.split()["records"]}
    total = sum(records.values())
    return round(100 * records["azure"] / total) if total else 50


def _moments(found: Report) -> dict[str, float] | None:
    """Epoch seconds at which the source was closed and clients were served again; None when it never was closed."""

    steps = {line["name"]: line for line in found["steps"]}
    closed = steps["quiesce_source"]
    if closed["started"] is None or "verify_traffic" not in steps:  # zero downtime closes it when nobody comes any more
        return None
    served = closed["undo"]["ended"] if closed["undo"] else steps["verify_traffic"]["ended"]
    ends = [moment for moment in (served, found["ended"]) if moment]
    return {
        "closed": datetime.fromisoformat(closed["started"]).timestamp(),
        "opened": datetime.fromisoformat(ends[0]).timestamp(),
    }
