"""Doors to runs: start, list, status, events.

Lives here: what is read from a request and what is answered. Never here: how a run comes into being (start.py).
"""

import azure.durable_functions as df
import azure.functions as func

from api.links import links
from api.problems import answer, door, json_body
from api.start import read_plan, run_id, start
from ledger.ledger import open_ledger
from ledger.status import status, summary

bp = df.Blueprint()


@bp.route(route="migrations", methods=["POST"])
@bp.durable_client_input(client_name="client")
@door
def start_migration(req: func.HttpRequest, client: df.SyncDurableFunctionsClient) -> func.HttpResponse:
    """Start a run of a plan: 202 with links; the same id or Idempotency-Key starts one run only."""
    body = json_body(req)
    plan = read_plan(body)
    run = start(open_ledger(), client, plan, run_id(plan, body.get("run"), req.headers.get("Idempotency-Key")))
    durable = dict(client.create_http_management_payload(req, run.run))
    ours = links(req, run.run)
    document = {
        **summary(run),
        "runbook_hash": run.runbook_hash,
        "status_url": ours["status"],
        "links": ours,
        "durable": durable,
    }
    return answer(document, 202, {"Location": ours["status"], "Retry-After": "5"})


@bp.route(route="migrations", methods=["GET"])
@door
def list_migrations(req: func.HttpRequest) -> func.HttpResponse:
    """All runs, newest first; `?workload=` for one workload."""
    runs = open_ledger().runs.list(req.params.get("workload"))
    return answer({"migrations": [summary(run) for run in runs], "next": None})


@bp.route(route="migrations/{run}", methods=["GET"])
@door
def migration_status(req: func.HttpRequest) -> func.HttpResponse:
    """Where a run stands, every line of its runbook included."""
    ledger = open_ledger()
    run = ledger.runs.get(req.route_params["run"])
    return answer(status(ledger, run, links(req, run.run)))


@bp.route(route="migrations/{run}/events", methods=["GET"])
@door
def migration_events(req: func.HttpRequest) -> func.HttpResponse:
    """What happened, who did it and when."""
    ledger = open_ledger()
    run = ledger.runs.get(req.route_params["run"])
    return answer({"run": run.run, "events": ledger.events.of(run.run)})
