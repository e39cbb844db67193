"""What one rehearsed failure came to, and the table of all of them.

Lives here: the shape of `build/failback/report.md`. Never here: measuring.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Rehearsed:
    """One run. `problems` are promises that it did not keep."""

    step: str
    when: str
    """`after`: the step had done its work when it failed; `before`: it had done nothing."""
    outcome: str
    seconds_to_safety: float | None
    """From the failure to the proof that everything is as it was."""
    downtime_seconds: float | None
    """For how long clients met the maintenance answer; None: not at all."""
    requests_failed: int
    fingerprint_equal: bool
    weight: int
    problems: list[str]


def row(one: Rehearsed) -> str:
    """A line of the table."""
    down = "-" if one.downtime_seconds is None else f"{one.downtime_seconds:.1f}"
    safe = "-" if one.seconds_to_safety is None else f"{one.seconds_to_safety:.1f}"
    equal, kept = "yes" if one.fingerprint_equal else "NO", "; ".join(one.problems) or "yes"
    return f"| `{one.step}` | {one.outcome} | {safe} | {down} | {one.requests_failed} | {equal} | {one.weight} % | {kept} |"


def markdown(done: list[Rehearsed], figures: dict[str, Any], lost: list[str]) -> str:
    """The whole table, and what became of the orders over all runs."""
    requests, orders = figures["requests"], figures["orders"]
    when = {"after": "after its work", "before": "before its work"}[done[0].when]
    names = ("lost", "changed", "processed_twice", "unprocessed", "outdated", "resurrected")
    return "\n".join(
        [
            f"Each step failed {when}, in a run of its own, one after the other on one environment, under traffic.",
            "",
            "| failed step | outcome | s to safety | s closed | requests failed | fingerprint equal | on Azure | kept |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
            *(row(one) for one in done),
            "",
            f"{requests['sent']} requests, {requests['failed']} of them failed. {orders['acknowledged']} acknowledged orders: "
            + ", ".join(f"{orders[name]} {name.replace('_', ' ')}" for name in names)
            + ".",
            *(f"NOT KEPT: {problem}" for problem in lost),
            "",
        ]
    )
