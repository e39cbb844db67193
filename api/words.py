"""What people say, carried out: a decision or a wish goes into the ledger first, then the orchestration is woken up.

Lives here: what every channel's door does alike. Never here: reading requests, who may decide (approvals/).
"""

from typing import Literal

import azure.durable_functions as df

from api.problems import Problem
from api.start import refuse_taken_over, wake
from approvals.approvers import Person
from approvals.decide import Word, decide
from ledger.ledger import Ledger
from ledger.runs import Run
from orchestrators.bakes import BAKES

Action = Literal["pause", "resume", "abort"]
Client = df.SyncDurableFunctionsClient


def take(ledger: Ledger, client: Client, run: Run, word: Word, person: Person) -> dict[str, object]:
    """Take a decision; the orchestration hears of it once the gate is settled.

    Returns:
        `run`, `gate`, `decision`, `by`, `decided`, and how many approvers are `missing`.

    Raises:
        NotAllowed: refused; recorded, and nobody is woken up.
    """
    standing = decide(ledger, run, word, person)
    if standing.decided:
        tell(client, run, word.gate, {"by": person.name})
    said = {"run": run.run, "gate": word.gate, "decision": word.decision, "by": person.name}
    return {**said, "decided": standing.decided, "missing": standing.missing}


def wish(ledger: Ledger, client: Client, run: Run, action: Action, by: str, reason: str) -> dict[str, object]:
    """Keep what a person asks of the run, and pass it on.

    Raises:
        Problem: 409 when the run has ended, was taken over, goes back, or is past its point of no return.
    """
    _refuse_ended(run, action)
    if action == "abort" and ledger.steps.settle(run.run, "back", by, reason)["way"] == "on":
        mend = "Stay on Azure; the source is dormant, its code and data are still there."
        raise Problem(409, "Past the point of no return", f"Run {run.run} is finalized; there is no failback.", mend)
    ledger.runs.ask(run.workload, run.run, "" if action == "resume" else action, by, reason)
    ledger.events.append(run.run, "control", f"{action} ({reason})" if reason else action, who=by)
    tell(client, run, "control", {"action": action, "by": by, "reason": reason})
    return {"run": run.run, "action": action, "by": by}


def promote(ledger: Ledger, client: Client, run: Run, by: str, reason: str) -> dict[str, object]:
    """Let the bake that runs now be over; of no other line, and an abort wins over it.

    Returns:
        `run`, `action`, `by`, and the `step` that need not watch any longer.

    Raises:
        Problem: 409 when the run has ended, was taken over or goes back, or when no bake runs.
    """
    _refuse_ended(run, "promote")
    line = next((row for row in ledger.steps.all(run.run) if row.name in BAKES and row.state in {"running", "waiting"}), None)
    if run.asked == "abort" or line is None:
        what = "it was aborted" if run.asked == "abort" else "no bake runs now"
        raise Problem(409, "Nothing to promote", f"Run {run.run}: {what}.", "Only what watches can be promoted, while it does.")
    if ledger.promotions.keep(run.run, line.seq, by, reason):
        ledger.events.append(run.run, "control", f"promote {line.name} ({reason})", who=by)
    tell(client, run, "control", {"action": "promote", "by": by, "reason": reason})
    return {"run": run.run, "action": "promote", "by": by, "step": line.name}


def _refuse_ended(run: Run, action: str) -> None:
    if not run.alive or run.state == "needs-operator":
        raise Problem(409, "Run ended", f"Run {run.run} is {run.state}; {action} has no meaning.", "Look at its report.")
    refuse_taken_over(run)
    if run.failing_back and action != "abort":
        mend = "Wait for its end; what it cannot restore it lists."
        raise Problem(409, "Run goes back", f"Run {run.run} goes back; {action} has no meaning.", mend)


def tell(client: Client, run: Run, event: str, data: dict[str, str]) -> None:
    """Wake the orchestration up; what it goes by stands in the ledger."""
    if not wake(client, run):
        client.raise_orchestration_event(run.run, event, data=data)
