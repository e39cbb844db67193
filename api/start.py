"""Starting a run: the same request twice starts one run.

Lives here: the order in which a run comes into being: lock, row, lines, orchestration. Each is repeated harmlessly.
"""

import hashlib
import json
import re
import secrets
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import azure.durable_functions as df
from durabletask.client import OrchestrationStatus

from api.fresh import forget
from api.problems import Problem
from approvals.sign_off import bring
from ledger.clock import now, seconds_between
from ledger.errors import RunUnknown, WorkloadBusy
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.values import digest
from manual.recorder import record
from orchestrators.blueprint import function_name
from orchestrators.options import options
from orchestrators.strategies import RUNBOOKS
from plan.hash import plan_hash
from plan.load import plan_from_json
from plan.model import Plan
from rehearsal.permission import refuses_runs

_RUN_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,62}[a-z0-9]")
LIVING = {OrchestrationStatus.RUNNING, OrchestrationStatus.PENDING, OrchestrationStatus.SUSPENDED}
_HALF_BORN_SECONDS = 60.0
"""A lock without a run is younger than this while its run is being written; an older one was left by a crash."""


def read_plan(body: dict[str, Any]) -> Plan:
    """The plan in a body, checked, with a strategy that this version runs.

    Raises:
        Problem: no plan, or a strategy that cannot be run. PlanError: the plan is invalid.
    """
    if "plan" not in body:
        raise Problem(400, "Plan missing", "The body has no field 'plan'.", 'Send {"plan": {...}}; `dayzero start` does.')
    plan = plan_from_json(body["plan"], "plan")
    if plan.strategy not in RUNBOOKS:
        raise Problem(422, "Strategy unknown", f"{plan.strategy} cannot be run yet.", f"Use one of: {', '.join(RUNBOOKS)}.")
    return plan


def run_id(plan: Plan, wanted: object, idempotency_key: str | None) -> str:
    """The id that the request means: named, derived from the Idempotency-Key, or new.

    Raises:
        Problem: 400 for an id that cannot be one.
    """
    if wanted is not None:
        if not isinstance(wanted, str) or not _RUN_ID.fullmatch(wanted):
            mend = "Use 3 to 64 lower-case letters, digits and hyphens."
            raise Problem(400, "Run id invalid", f"{str(wanted)[:80]!r} cannot be a run's id.", mend)
        return wanted
    if idempotency_key:
        return f"{plan.workload}-{hashlib.sha256(idempotency_key.encode()).hexdigest()[:16]}"
    return f"{plan.workload}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def start(ledger: Ledger, client: df.SyncDurableFunctionsClient, plan: Plan, run: str, by: str = "") -> Run:
    """Bring the run into being, or wake it up when it lives without an orchestration.

    Raises:
        WorkloadBusy: another run of the workload is alive.
        Problem: 409 when the id belongs to a run with another plan, to one that has ended, or to one that a person must retry;
            and when the agent is one for rehearsals and the plan does not permit them.
    """
    if why := refuses_runs(plan):
        raise Problem(409, "Agent of rehearsals", why, "Start it at an agent without DAYZERO_WORLD_WRAPPER.")
    known = _known(ledger, run)
    if known is None:
        _take_lock(ledger, plan.workload, run)
        ledger.runs.create(draft(plan, run, by))
        known = ledger.runs.get(run)
    if known.plan_hash != plan_hash(plan):
        raise Problem(409, "Run exists", f"Run {run} was started with another plan.", "Start with another run id.")
    if not known.alive:
        raise Problem(409, "Run ended", f"Run {run} has ended: {known.state}.", "Start with another run id.", run=run)
    if known.state == "needs-operator":
        mend = "Do what its status lists, then retry it."
        raise Problem(409, "Run ended", f"Run {run} waits for a person: {known.why}", mend, run=run)
    refuse_taken_over(known)
    ledger.locks.take(plan.workload, run)
    ledger.steps.plan(run, known.runbook)
    if plan.notices:
        ledger.outbox.watch(run)
    text = f"Run {run} of {plan.workload} was started ({plan.strategy})."
    ledger.events.append(run, "started", text, who=by or "dayzero", key="started")
    bring(ledger, known)
    wake(client, known)
    return known


def refuse_taken_over(run: Run) -> None:
    """Whoever took a run over by hand carries it to its end.

    Raises:
        Problem: 409 when somebody has.
    """
    if run.holder:
        mend = f"`dayzero failback --from-ledger {run.run}` goes on with it, or begin a new run once it has ended."
        raise Problem(409, "Taken over", f"Run {run.run} was taken over by {run.held_by}; the agent leaves it alone.", mend)


def wake(client: df.SyncDurableFunctionsClient, run: Run) -> bool:
    """Start the run's orchestration unless it lives; it goes on from the ledger, which has just been written."""
    forget()
    state = client.get_orchestration_state(run.run, fetch_payloads=False)
    if state is not None and state.runtime_status in LIVING:
        return False
    asked = {"run": run.run, "options": options(Plan.model_validate(run.plan))}
    try:
        client.schedule_new_orchestration(function_name(run.strategy), input=asked, instance_id=run.run)
    except Exception:  # whatever the host says: somebody who woke it up at the same moment was first, or it is an error
        state = client.get_orchestration_state(run.run, fetch_payloads=False)
        if state is None or state.runtime_status not in LIVING:
            raise
        return False
    return True


def code_version() -> str:
    """Version of the code that runs, for the record."""
    try:
        return version("dayzero")
    except PackageNotFoundError:  # a function app is deployed as files, not as a package
        return "0.1.0"


def _known(ledger: Ledger, run: str) -> Run | None:
    try:
        return ledger.runs.get(run)
    except RunUnknown:
        return None


def _take_lock(ledger: Ledger, workload: str, run: str) -> None:
    try:
        ledger.locks.take(workload, run)
    except WorkloadBusy as busy:
        holder = _known(ledger, busy.run)
        if (holder is None and not _half_born(ledger, workload)) or (holder is not None and not holder.alive):
            ledger.locks.release(workload, busy.run)
            ledger.locks.take(workload, run)
            return
        if holder is not None and holder.failing_back:
            mend = "Wait for its end; abort does nothing more, it is going back already."
            what = f"Run {holder.run} of workload {workload} is going back to AWS."
            raise Problem(409, "Workload busy", what, mend, run=holder.run) from None
        raise


def _half_born(ledger: Ledger, workload: str) -> bool:
    age = seconds_between(ledger.locks.since(workload))
    return age is not None and age < _HALF_BORN_SECONDS


def draft(plan: Plan, run: str, by: str = "") -> Run:
    """A run of this plan as it comes into being; written nowhere."""
    runbook = record(plan)
    return Run(
        run=run,
        workload=plan.workload,
        strategy=plan.strategy,
        state="running",
        why="",
        started=now(),
        updated=now(),
        ended=None,
        plan=json.loads(plan.model_dump_json()),
        plan_hash=plan_hash(plan),
        runbook=runbook,
        runbook_hash=digest(runbook),
        code_version=code_version(),
        asked="",
        asked_by="",
        asked_reason="",
        window_opened=None,
        failing_back=False,
        started_by=by,
        wave=plan.wave or "",
    )
