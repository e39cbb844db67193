"""Runs for the tests of rooms that write to a ledger; each has a name of its own."""

import json
import secrets
from typing import Any

from ledger.clock import now
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.values import digest
from manual.recorder import record
from plan.hash import plan_hash
from plan.model import Plan


def new_run(plan: Plan, runbook: list[dict[str, Any]] | None = None, **changes: Any) -> Run:
    """A run that has just been started, of a workload that no other test uses."""
    name = f"orders-{secrets.token_hex(4)}"
    lines = record(plan) if runbook is None else runbook
    fresh: dict[str, Any] = {
        "run": f"{name}-1",
        "workload": name,
        "strategy": plan.strategy,
        "state": "running",
        "why": "",
        "started": now(),
        "updated": now(),
        "ended": None,
        "plan": json.loads(plan.model_dump_json()),
        "plan_hash": plan_hash(plan),
        "runbook": lines,
        "runbook_hash": digest(lines),
        "code_version": "0.1.0",
        "asked": "",
        "asked_by": "",
        "asked_reason": "",
        "window_opened": None,
        "failing_back": False,
    }
    return Run(**(fresh | changes))


def write(ledger: Ledger, run: Run) -> Run:
    """Bring a run into being in the ledger, as starting it does."""
    ledger.locks.take(run.workload, run.run)
    assert ledger.runs.create(run)
    ledger.steps.plan(run.run, run.runbook)
    return run
