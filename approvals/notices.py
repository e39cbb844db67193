"""Which events people are told of, and what a notice is, whatever form it takes.

Lives here: choosing and wording. Never here: cards (cards.py), CloudEvents (cloudevents.py), sending.
"""

from dataclasses import dataclass
from typing import Any

from ledger.events import Event
from ledger.runs import Run

TOLD = {"started", "gate", "decision", "window", "phase", "failback", "ended", "watchdog"}
"""Kinds of events that are told; everything else is for those who look."""
_GATE_TITLES = {
    "open": "Approval needed: {gate}",
    "held": "Gate {gate} is held",
    "reminder": "Still waiting: {gate}",
    "silent": "Nobody decided: {gate}",
}
_TITLES = {
    "started": "Migration started",
    "decision": "Decision: {gate}",
    "window": "Maintenance window",
    "phase": "Phase",
    "failback": "Failback",
    "ended": "Migration ended",
    "watchdog": "Orchestration lost",
}


@dataclass(frozen=True)
class Notice:
    """One thing that happened. `sequence` counts from 1 without gaps within a run; `asks`: a gate wants a decision."""

    run: str
    workload: str
    sequence: int
    kind: str
    title: str
    text: str
    who: str
    at: str
    gate: str
    asks: bool
    state: str


def told(event: Event) -> bool:
    """Whether people are told of this event; comparing fingerprints at the end of a failback is for the report."""
    return event["kind"] in TOLD and not (event["kind"] == "failback" and event["detail"])


def notice_of(run: Run, sequence: int, event: Event) -> Notice:
    """The notice of an event."""
    detail: dict[str, Any] = event["detail"] or {}
    gate, asked = str(detail.get("gate", "")), str(detail.get("asked", ""))
    title = _GATE_TITLES.get(asked, "Gate {gate}") if event["kind"] == "gate" else _TITLES[event["kind"]]
    return Notice(
        run=run.run,
        workload=run.workload,
        sequence=sequence,
        kind=event["kind"],
        title=title.format(gate=gate),
        text=event["text"],
        who=event["who"],
        at=event["at"],
        gate=gate,
        asks=event["kind"] == "gate" and asked in {"open", "reminder"},
        state=run.state,
    )
