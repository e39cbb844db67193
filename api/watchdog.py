"""The watchdog: wakes up runs that no orchestration carries, and tells the others of words that never reached them.

Lives here: a timer, and when a run or a word counts as lost. Never here: how a run goes on; `begin_run` reads
that from the ledger.
"""

import logging
import os
from typing import cast

import azure.durable_functions as df
import azure.functions as func
from durabletask.client import OrchestrationStatus

from api.start import LIVING, wake
from ledger.clock import now, seconds_between
from ledger.ledger import Ledger, open_ledger
from ledger.runs import Run
from ledger.votes import APPROVAL
from plan.model import Plan
from plan.people import GateName

bp = df.Blueprint()
_LOG = logging.getLogger("dayzero.watchdog")
EACH_MINUTE = "0 * * * * *"
TOLD_WITHIN = 10.0
"""Seconds in which a decision reaches its gate, unless whoever took it died or lost the ledger before it was passed on."""


@bp.timer_trigger(arg_name="timer", schedule=os.environ.get("DAYZERO_WATCHDOG") or EACH_MINUTE, use_monitor=False)
@bp.durable_client_input(client_name="client")
def watchdog(timer: func.TimerRequest, client: df.SyncDurableFunctionsClient) -> None:  # noqa: ARG001 - the host passes it
    """Look after every run; one that cannot be looked after does not keep the others from it."""
    ledger = open_ledger()
    for run in ledger.runs.going():
        if run.state == "needs-operator" or run.holder:
            continue
        try:
            look_after(ledger, client, run)
        except Exception as error:
            _LOG.error("run %s could not be looked after: %s", run.run, type(error).__name__)


def look_after(ledger: Ledger, client: df.SyncDurableFunctionsClient, run: Run) -> None:
    """Note that the run lives, or do what its plan says about one that is lost.

    The ledger must be silent as well: an orchestration in another task hub, which this client cannot see, writes there, and so
    does the watchdog beside it. The run's id is the orchestration's id, so a task hub never holds two of one run.
    """
    found = client.get_orchestration_state(run.run, fetch_payloads=False)
    status = found.runtime_status if found is not None else None
    if status in LIVING:
        ledger.runs.seen(run.workload, run.run)
        remind(ledger, client, run)
        return
    timing = Plan.model_validate(run.plan).timing
    if (seconds_between(ledger.runs.last_sign(run)) or 0.0) < timing.lost_after.total_seconds():
        return
    what = f"The orchestration of run {run.run} is lost: the task hub {_says(status)}."
    if timing.on_lost == "ask":
        why = f"{what} Nothing is changed until somebody retries the run."
        ledger.runs.change(run.workload, run.run, state="needs-operator", why=why, ended=now())
        ledger.events.append(run.run, "watchdog", f"{what} The plan says to ask a person.")
        return
    ledger.events.append(run.run, "watchdog", f"{what} It goes on from the ledger.")
    wake(client, run)


def remind(ledger: Ledger, client: df.SyncDurableFunctionsClient, run: Run) -> None:
    """Tell a living run once more of what stands in the ledger and it has not heeded: an abort, a decision at an open gate.

    An orchestration that waits for people looks at the ledger now and then only. Words that it knows already change nothing; a
    pause is not repeated, since it may have been taken back at this moment.
    """
    if run.asked == "abort" and not run.failing_back:
        told = {"action": "abort", "by": run.asked_by, "reason": run.asked_reason}
        client.raise_orchestration_event(run.run, "control", data=told)
    if run.state != "waiting":
        return
    plan = Plan.model_validate(run.plan)
    for line in ledger.steps.all(run.run):
        if line.kind == "gate" and line.state == "waiting" and (line.waiting_for or "").startswith(APPROVAL):
            decision = ledger.votes.decision(run.run, line.seq, plan.approvals[cast(GateName, line.name)].quorum)
            if decision and (seconds_between(decision["at"]) or 0.0) > TOLD_WITHIN:
                client.raise_orchestration_event(run.run, line.name, data={"by": decision["by"]})


def _says(status: OrchestrationStatus | None) -> str:
    return "does not know it" if status is None else f"says that it is {status.name.lower()}"
