"""The watchdog: finds runs that go on in the ledger while no orchestration carries them, and wakes them up.

Lives here: a timer, and when a run counts as lost. Never here: how a run goes on; `begin_run` reads that from the ledger.
"""

import logging
import os

import azure.durable_functions as df
import azure.functions as func
from durabletask.client import OrchestrationStatus

from api.start import LIVING, wake
from ledger.clock import now, seconds_between
from ledger.ledger import Ledger, open_ledger
from ledger.runs import Run
from plan.model import Plan

bp = df.Blueprint()
_LOG = logging.getLogger("dayzero.watchdog")
EACH_MINUTE = "0 * * * * *"


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


def _says(status: OrchestrationStatus | None) -> str:
    return "does not know it" if status is None else f"says that it is {status.name.lower()}"
