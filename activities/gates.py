"""Gates: opened, held when the source has drifted, decided by people.

Lives here: reading decisions from the ledger. Never here: who may decide (approvals do that before they write).
"""

from dataclasses import dataclass
from typing import cast

from activities.context import workplace
from activities.drift import drift
from activities.rotation import rotated
from activities.source_state import code_hashes, differences
from activities.stakes import stakes
from adapters.errors import AdapterError
from adapters.records import Json
from adapters.world import World
from ledger.clock import now, seconds_between
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.votes import APPROVAL
from plan.model import Plan
from plan.people import GateName

_TOLD, _LONGEST = 20, 300
"""Differences that a held gate names, and characters of each."""


@dataclass(frozen=True)
class GateWords:
    """What a gate asks, in the words of the manual."""

    title: str
    asks: str
    approved: str
    rejected: str


WORDS = {
    "sign-off": GateWords(
        "Sign off the runbook?",
        "Nothing has begun. Have you read the manual whose cover names this runbook's hash, and do you agree to work by it?",
        "The preparation begins; clients notice nothing until the next gate.",
        "The run ends before it has touched anything.",
    ),
    "open-window": GateWords(
        "Open the window?",
        "Everything is prepared; clients have noticed nothing. The next steps close {workload} to its clients.",
        "The window of {window} begins and the source is closed.",
        "What was prepared is undone; clients notice nothing.",
    ),
    "cutover": GateWords(
        "Cut over?",
        "The state is copied and verified, and {app} has passed its validation. The next step sends every client to Azure.",
        "Everybody is sent to Azure by {router}.",
        "The source is opened again as it was; the window ends.",
    ),
    "finalize": GateWords(
        "Finalize?",
        "Clients have used {app} for {bake}. After this there is no failback: the source stays, dormant and not deleted.",
        "The run passes its point of no return.",
        "What Azure has taken is written back, and clients go back to AWS.",
    ),
}


POINT_OF_NO_RETURN = "finalize"
"""The gate after which nothing brings the run back."""


def open_gate(asked: Json) -> Json:
    """`{"state": "approved" | "rejected" | "open" | "held" | "aborted"}`; held: the source drifted, `why` shows how.

    The last gate is held, too, when a secret was rotated after it was copied.

    `left`: of an open gate, the seconds after which the plan says what silence means.

    At the last gate an approval counts only once the way on is settled: an abort that was first wins, one that is later is
    refused at its door.
    """
    ledger, run, plan, world = workplace(asked["run"], step="open_gate", line=asked["seq"])
    line = ledger.steps.get(run.run, asked["seq"])
    decision = ledger.votes.decision(run.run, line.seq, plan.approvals[cast(GateName, line.name)].quorum)
    started = line.started or now()
    why = _drifted(ledger, run, plan, world)
    if line.name == POINT_OF_NO_RETURN:
        why = why or rotated(ledger, run, plan, world)
    if decision is None or (why and decision["decision"] == "approve"):
        text = why or "; ".join([f"{APPROVAL}{line.name}", *_besides(ledger, run)])
        ledger.runs.change(run.workload, run.run, state="waiting", why=text)
        if line.name == POINT_OF_NO_RETURN and line.evidence is None:
            ledger.steps.change(run.run, line.seq, evidence=stakes(ledger, run, plan, world))
        if line.waiting_for != text:
            ledger.steps.change(run.run, line.seq, state="waiting", started=started, waiting_for=text, waiting_since=now())
            detail = {"gate": line.name, "asked": "held" if why else "open"}
            ledger.events.append(run.run, "gate", f"Gate {line.name} waits for {text}.", detail=detail)
        return {"state": "held", "why": why} if why else {"state": "open", "left": _left(plan, line.name, started)}
    approved = decision["decision"] == "approve"
    if approved and line.name == POINT_OF_NO_RETURN:
        settled = ledger.steps.settle(run.run, "on", decision["by"])
        if settled["way"] == "back":
            return {"state": "aborted", "why": f"aborted by {settled['by']}: {settled['reason']}".rstrip(": ")}
    state = "done" if approved else "failed"
    evidence = (line.evidence or {}) | decision
    ledger.steps.change(run.run, line.seq, state=state, started=started, ended=now(), waiting_for=None, evidence=evidence)
    ledger.runs.change(run.workload, run.run, state="running", why="")
    return {"state": "approved" if approved else "rejected", "by": decision["by"], "reason": decision["reason"]}


def note_gate_timeout(asked: Json) -> Json:
    """Nobody decided in time; what the plan says about that is done by the saga."""
    ledger, run, _, _ = workplace(asked["run"])
    text = f"Nobody decided at gate {asked['gate']} in time; the plan says: {asked['on_timeout']}."
    ledger.events.append(run.run, "gate", text, detail={"gate": asked["gate"], "asked": "silent"})
    return {}


def _besides(ledger: Ledger, run: Run) -> list[str]:
    """What people should know besides when they decide."""
    exceptions = len(ledger.exceptions.open(run.run))
    looked = next((row.evidence for row in ledger.steps.all(run.run) if row.name == "inspect_workload"), None)
    warnings = len((looked or {}).get("warnings", []))
    counted = ((exceptions, "exceptions are open"), (warnings, "warnings of inspect_workload"))
    return [f"{count} {what}" for count, what in counted if count]


def _left(plan: Plan, gate: str, opened: str) -> float:
    """Seconds until people have been silent for the gate's time, or for the next multiple of it."""
    timeout = plan.approvals[cast(GateName, gate)].timeout.total_seconds()
    return max(timeout - (seconds_between(opened) or 0.0) % timeout, 1.0)


def _drifted(ledger: Ledger, run: Run, plan: Plan, world: World) -> str:
    """How the source differs from how the run left it; empty when it does not.

    Of a run that an earlier version began only the code is known, as it was frozen.
    """
    try:
        changed = drift(ledger, run, plan, world)
        if changed is not None:
            return f"the source to be as the run left it; it drifted: {_told(changed)}" if changed else ""
    except AdapterError as error:
        return f"the source to answer ({error.message})"
    line = next((row for row in ledger.steps.all(run.run) if row.name == "freeze_source_code" and row.state == "done"), None)
    if line is None:
        return ""
    try:
        changed = differences(line.evidence["code"], code_hashes(plan, world), "code")
    except AdapterError as error:
        return f"the source to answer ({error.message})"
    return f"the source to be as it was frozen; it drifted: {_told(changed)}" if changed else ""


def _told(changed: list[str]) -> str:
    """The first of them, none at length: a status and a row of the ledger take so much and no more."""
    more = [f"and {len(changed) - _TOLD} more"] if len(changed) > _TOLD else []
    return "; ".join([one if len(one) <= _LONGEST else f"{one[:_LONGEST]}..." for one in changed[:_TOLD]] + more)
