"""Taking a decision: checked first, written once, refused otherwise; every refusal is recorded.

Lives here: the rules. Never here: HTTP, cards, signatures.
"""

import hmac

from approvals.errors import NotAllowed
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.steps import StepRow


def decide(ledger: Ledger, run: Run, gate: str, decision: str, by: str, reason: str, runbook_hash: str, channel: str) -> None:
    """Write an approval or a rejection of the gate that waits now.

    Args:
        ledger: where it is written.
        run: the run.
        gate: name of the gate.
        decision: `approve` or `reject`.
        by: name of an approver in the plan.
        reason: why; required for a rejection.
        runbook_hash: hash of the runbook that the person has seen.
        channel: how the decision came, for the record.

    Raises:
        NotAllowed: the person may not, the gate does not wait, or the runbook is another.
    """
    try:
        line = _waiting_line(ledger, run, gate)
        _check(run, gate, decision, by, reason, runbook_hash)
        if not ledger.steps.decide(run.run, line.seq, _decision(decision, by, reason, channel)):
            raise NotAllowed(409, f"Gate {gate} was decided already.", "Look at the events for who decided what.")
    except NotAllowed as refusal:
        detail = {"gate": gate, "decision": decision, "channel": channel}
        ledger.events.append(run.run, "refused", f"A decision was refused: {refusal}", who=by or "unknown", detail=detail)
        raise
    text = f"Gate {gate}: {decision}" + (f" ({reason})" if reason else "")
    ledger.events.append(
        run.run, "decision", text, who=by, detail={"gate": gate, "channel": channel, "runbook": run.runbook_hash}
    )


def _waiting_line(ledger: Ledger, run: Run, gate: str) -> StepRow:
    seqs = [line["seq"] for line in run.runbook if line["kind"] == "gate" and line["name"] == gate]
    if not seqs:
        raise NotAllowed(404, f"The runbook has no gate {gate!r}.", "Use a gate's name from the status.")
    line = ledger.steps.get(run.run, seqs[0])
    if line.state == "planned":
        raise NotAllowed(409, f"Gate {gate} is not open yet.", "Decide when the status says that the run waits for it.")
    turned = run.failing_back or run.asked == "abort" or run.state == "needs-operator"
    if line.state != "waiting" or not run.alive or turned:
        raise NotAllowed(409, f"Gate {gate} is not open any more.", "Look at the status for where the run stands.")
    return line


def _check(run: Run, gate: str, decision: str, by: str, reason: str, runbook_hash: str) -> None:
    if decision not in {"approve", "reject"}:
        raise NotAllowed(400, f"{decision!r} is no decision.", "Send approve or reject.")
    approvers = run.plan["approvals"][gate]["approvers"]
    if by not in approvers:
        raise NotAllowed(403, f"{by!r} may not decide at gate {gate}.", f"Ask one of: {', '.join(approvers)}.")
    if decision == "reject" and not reason:
        raise NotAllowed(400, "A rejection needs a reason.", "Say why; the report will show it.")
    if not hmac.compare_digest(runbook_hash.encode(), run.runbook_hash.encode()):
        raise NotAllowed(409, "The decision names another runbook.", "Read the run's manual and send its runbook_hash.")


def _decision(decision: str, by: str, reason: str, channel: str) -> dict[str, str]:
    return {"decision": decision, "by": by, "reason": reason, "channel": channel}
