"""Small figures of a run that status and report show: exceptions, and how far the copy is behind.

Lives here: deriving them from rows. Never here: measuring; steps wrote what is here.
"""

from collections.abc import Iterable
from typing import Any

from ledger.exceptions import ExceptionRow
from ledger.steps import StepRow

Json = dict[str, Any]
_STEADY = 0.1
"""Part of a lag by which it must differ from an earlier one to have changed."""


def exceptions(rows: Iterable[ExceptionRow]) -> Json:
    """How many are open and how many accepted."""
    decisions = [row.decision for row in rows]
    return {"open": decisions.count("open"), "accepted": decisions.count("accepted")}


def replication(rows: Iterable[StepRow]) -> Json | None:
    """How far the copy was behind at the last look, which way that goes, and how far at most; None before the first look.

    Returns:
        `lag_seconds`, `trend` (`shrinking`, `growing`, `steady`) over the last looks, `lag_max_seconds`, `looks`.
    """
    seen = [row.evidence for row in rows if isinstance(row.evidence, dict) and row.evidence.get("lags")]
    if not seen:
        return None
    last = max(seen, key=lambda evidence: int(evidence.get("looks", 0)))
    lags = [float(lag) for lag in last["lags"]]
    most = max(float(evidence.get("lag_max", max(evidence["lags"]))) for evidence in seen)
    return {"lag_seconds": lags[-1], "trend": _trend(lags), "lag_max_seconds": most, "looks": last.get("looks", 0)}


def _trend(lags: list[float]) -> str:
    """The later half of the looks against the earlier one."""
    half = len(lags) // 2
    if not half:
        return "steady"
    before, after = sum(lags[:half]) / half, sum(lags[-half:]) / half
    if abs(after - before) <= _STEADY * max(before, after, 1.0):
        return "steady"
    return "growing" if after > before else "shrinking"


def metrics(rows: Iterable[StepRow]) -> Json | None:
    """What both sides have counted since the watch that began last; None before the first.

    Returns:
        `since`, and by side (`aws`, `azure`) `requests` and `errors` of clients, where a gate of the plan counts them, then
        `probes` (the agent's own requests) and `wrong_probes`.
    """
    seen = [row.evidence for row in rows if isinstance(row.evidence, dict) and "request_trail" in row.evidence]
    if not seen:
        return None
    last = max(seen, key=lambda evidence: str(evidence["since"]))
    return {"since": last["since"], "aws": _side(last, "source"), "azure": _side(last, "target")}


def _side(seen: Json, side: str) -> Json:
    counted, probes = seen["metrics"][side], seen["probes"][side]
    told = {name: counted[name] for name in ("requests", "errors") if counted.get(name) is not None}
    return told | {"probes": probes["total"], "wrong_probes": probes["bad"]}
