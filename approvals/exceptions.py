"""Accepting exceptions: by name, one after the other, or a named number of them with the approval of a gate.

Lives here: who may, and what is recorded. Never here: HTTP; what an exception is (ledger/exceptions.py).
"""

from approvals.approvers import Person, Rules
from approvals.errors import NotAllowed
from approvals.refusals import record_refusal
from ledger.exceptions import ExceptionRow
from ledger.ledger import Ledger
from ledger.runs import Run

_LOOK = "Look at GET /api/migrations/{run}/exceptions."


def accept(ledger: Ledger, run: Run, id_: str, person: Person, why: str) -> ExceptionRow:
    """Accept one exception that is open.

    Raises:
        NotAllowed: the person may decide at no gate, gives no reason, or there is no such open exception; recorded.
    """
    try:
        if run.failing_back or not run.alive:
            raise NotAllowed(409, f"Run {run.run} is {run.state}.", "Nothing needs to be accepted any more.")
        if not any(Rules(run, gate).voices(person) for gate in _gates(run)):
            raise NotAllowed(403, f"{person.name!r} may decide at no gate of this run.", "Ask an approver.")
        if not why:
            raise NotAllowed(400, "Accepting an exception needs a reason.", "Say why; the report will show it.")
        row = next((one for one in ledger.exceptions.of(run.run) if one.id == id_), None)
        if row is None:
            raise NotAllowed(404, f"The run has no exception {id_[:64]!r}.", _LOOK)
        if not ledger.exceptions.accept(run.run, id_, person.name, why):
            raise NotAllowed(409, f"Exception {id_} is {row.decision}, not open.", _LOOK)
    except NotAllowed as refusal:
        record_refusal(ledger, run.run, refusal, person, decision="accept an exception")
        raise
    text = f"An exception was accepted: {row.store} {row.key} ({why})"
    ledger.events.append(
        run.run, "decision", text[:1000], who=person.name, detail={"exception": id_, "channel": person.channel}
    )
    return next(one for one in ledger.exceptions.of(run.run) if one.id == id_)


def refuse_open(ledger: Ledger, run: Run, accepted: int) -> None:
    """An approval names how many open exceptions it accepts; more than that stop it.

    Raises:
        NotAllowed: there are more.
    """
    left = ledger.exceptions.open(run.run)
    if len(left) > accepted:
        shown = ", ".join(f"{one.store} {one.key}" for one in left[:5]) + (", ..." if len(left) > 5 else "")
        raise NotAllowed(
            409,
            f"{len(left)} exceptions are open ({shown}), and the approval accepts {accepted}.",
            f"{_LOOK} Accept them one by one, or approve with accept_exceptions: {len(left)}.",
        )


def accept_all(ledger: Ledger, run: Run, person: Person, gate: str) -> None:
    """What is open was accepted by the approval of a gate."""
    for one in ledger.exceptions.open(run.run):
        ledger.exceptions.accept(run.run, one.id, person.name, f"accepted with gate {gate}")


def _gates(run: Run) -> list[str]:
    return [str(line["name"]) for line in run.runbook if line["kind"] == "gate"]
