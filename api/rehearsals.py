"""Doors to rehearsals: begin one, list them, end a failure, tell how far a runbook may be trusted.

Lives here: what is read from a request and what is answered. Never here: what is broken, or what came of it (rehearsal/).
"""

import os
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from api.asker import starter
from api.links import links
from api.problems import Problem, answer, door, json_body, text_field
from api.start import code_version, read_plan, run_id, start
from ledger.clock import now
from ledger.errors import RunUnknown
from ledger.ledger import Ledger, open_ledger
from ledger.rehearsals import Place, Rehearsal
from manual.recorder import record
from plan.hash import plan_hash
from plan.model import Plan
from rehearsal.catalogue import catalogue
from rehearsal.cells import Cell, cells
from rehearsal.confidence import confidence
from rehearsal.permission import MEND, refusal
from rehearsal.results import of_run, results

Json = dict[str, Any]
bp = df.Blueprint()
_MOST_CELLS = 400
"""Cells of one run, so that they fit into a row of the ledger."""


@bp.route(route="rehearsals", methods=["POST"])
@bp.durable_client_input(client_name="client")
@door
def begin_rehearsal(req: func.HttpRequest, client: df.SyncDurableFunctionsClient) -> func.HttpResponse:
    """Start a run of a plan in which something is broken on purpose: `plan`, `cells` with `step` and `mode` of each."""
    body, ledger = json_body(req), open_ledger()
    plan, places = _asked(body)
    run = run_id(plan, body.get("run"), req.headers.get("Idempotency-Key"))
    _keep(ledger, plan, places, run)
    started = start(ledger, client, plan, run, starter(req, plan, body))
    document = {"run": run, "cells": body["cells"], "state": started.state, "links": links(req, run)}
    return answer(document, 202, {"Location": links(req, run)["status"], "Retry-After": "5"})


@bp.route(route="rehearsals", methods=["GET"])
@door
def list_rehearsals(req: func.HttpRequest) -> func.HttpResponse:
    """What came of rehearsals: `?workload=` for all of a workload, newest first; `?run=` for one."""
    ledger, name, workload = open_ledger(), req.params.get("run"), req.params.get("workload")
    if name:
        run = ledger.runs.get(name)
        known = ledger.rehearsals.get(run.workload, run.run)
        found = of_run(ledger, catalogue(), known, run) if known else []
    elif workload:
        found = list(results(ledger, catalogue(), workload))
    else:
        raise _nothing_named()
    return answer({"rehearsals": [one.as_json() for one in found]})


@bp.route(route="rehearsals/{run}/lift", methods=["POST"])
@door
def lift_failure(req: func.HttpRequest) -> func.HttpResponse:
    """End what is broken in a run, so that it can be retried: `by`."""
    ledger, by = open_ledger(), text_field(json_body(req), "by")
    run = ledger.runs.get(req.route_params["run"])
    if ledger.rehearsals.get(run.workload, run.run) is None:
        raise Problem(409, "No rehearsal", f"Nothing is broken on purpose in run {run.run}.", "Look at the list of rehearsals.")
    ledger.rehearsals.lift(run.workload, run.run)
    ledger.events.append(run.run, "rehearsal", "What was broken on purpose works again.", who=by, key="lifted")
    return answer({"run": run.run, "action": "lift", "by": by}, 202)


@bp.route(route="rehearsals/cells", methods=["POST"])
@door
def cells_of_plan(req: func.HttpRequest) -> func.HttpResponse:
    """The matrix of a `plan`: every cell with its last rehearsal, in the order in which they are to be rehearsed."""
    plan = read_plan(json_body(req))
    return answer(confidence(open_ledger(), plan.workload, plan.strategy, record(plan)))


@bp.route(route="rehearsals/confidence", methods=["GET"])
@door
def confidence_of_workload(req: func.HttpRequest) -> func.HttpResponse:
    """The same for the newest run of `?workload=`, by its runbook; `&strategy=` for the newest of that strategy."""
    ledger, workload, strategy = open_ledger(), req.params.get("workload"), req.params.get("strategy")
    if not workload:
        raise _nothing_named()
    runs = [run for run in ledger.runs.list(workload) if strategy in (None, run.strategy)]
    if not runs:
        raise RunUnknown(f"of {workload}")
    return answer(confidence(ledger, workload, runs[0].strategy, runs[0].runbook))


def _nothing_named() -> Problem:
    return Problem(400, "Workload missing", "The request names no workload.", "Add ?workload= with its name.")


def _asked(body: Json) -> tuple[Plan, list[Place]]:
    """The plan of a request, and what is to be broken; all of it allowed here."""
    plan = read_plan(body)
    if why := refusal(plan):
        raise Problem(409, "Rehearsal not permitted", f"Nothing is broken on purpose: {why}.", MEND)
    if not os.environ.get("DAYZERO_WORLD_WRAPPER"):
        mend = "Rehearse with an agent of its own, with DAYZERO_WORLD_WRAPPER=rehearsal.faults:wrap."
        raise Problem(409, "Rehearsal not permitted", "This agent breaks nothing.", mend)
    places = _places(body.get("cells"))
    known = cells(catalogue(), plan.strategy, record(plan))
    for step, mode in places:
        if Cell(plan.strategy, step, mode) not in known:
            modes = [one.mode for one in known if one.step == step]
            mend = f"Modes of {step}: {', '.join(modes)}." if modes else "POST /api/rehearsals/cells lists all."
            raise Problem(422, "Cell unknown", f"{mode} is not rehearsed at {step} of {plan.strategy}.", mend)
    lasting = [mode for _, mode in places if not catalogue().mode(mode).passes]
    if lasting and len(places) > 1:
        what = f"{lasting[0]} does not pass by itself, so nothing that comes after it would be met."
        raise Problem(422, "Cells do not fit together", what, "Rehearse it in a run of its own.")
    return plan, places


def _places(asked: object) -> list[Place]:
    """Step and mode of each cell of a body."""
    named = asked if isinstance(asked, list) and 0 < len(asked) <= _MOST_CELLS else []
    if not named or not all(isinstance(one, dict) for one in named):
        what = f"Field 'cells' must be a list of 1 to {_MOST_CELLS} objects."
        raise Problem(400, "Field invalid", what, 'Give "cells": [{"step": ..., "mode": ...}].')
    return [(text_field(one, "step", limit=80), text_field(one, "mode", limit=80)) for one in named]


def _keep(ledger: Ledger, plan: Plan, places: list[Place], run: str) -> None:
    """Write the rehearsal before its run is there, so that the run's first step finds it."""
    one = Rehearsal(run, plan.workload, plan.strategy, places, plan_hash(plan), code_version(), now())
    there = ledger.rehearsals.get(plan.workload, run)
    same = there is not None and list(there.cells) == places
    try:
        ledger.runs.get(run)
    except RunUnknown:
        same = same or ledger.rehearsals.create(one)
    if not same:
        raise Problem(409, "Run exists", f"Run {run} is another run already.", "Start with another run id.", run=run)
