"""Doors to runs: start, list, status, events.

Lives here: what is read from a request and what is answered. Never here: how a run comes into being (start.py).
"""

from typing import Any

import azure.durable_functions as df
import azure.functions as func

from api.asker import starter
from api.fresh import fresh
from api.links import links
from api.problems import answer, door, json_body, waiting_door
from api.start import read_plan, run_id, start
from ledger.ledger import open_ledger
from ledger.status import status, summary, without_clock
from ledger.waves import waves
from orchestrators.bakes import BAKES

Json = dict[str, Any]
bp = df.Blueprint()


@bp.route(route="migrations", methods=["POST"])
@bp.durable_client_input(client_name="client")
@door
def start_migration(req: func.HttpRequest, client: df.SyncDurableFunctionsClient) -> func.HttpResponse:
    """Start a run of a plan: 202 with links; the same id or Idempotency-Key starts one run only."""
    body = json_body(req)
    plan = read_plan(body)
    by = starter(req, plan, body)
    run = start(open_ledger(), client, plan, run_id(plan, body.get("run"), req.headers.get("Idempotency-Key")), by)
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
@waiting_door
async def list_migrations(req: func.HttpRequest) -> func.HttpResponse:
    """All runs, newest first, and how their waves stand; `?workload=` for one workload, `?wave=` for one wave."""
    workload, wave = req.params.get("workload"), req.params.get("wave")

    def read() -> Json:
        runs = open_ledger().runs.list(workload, wave)
        return {"migrations": [summary(run) for run in runs], "waves": waves(runs), "next": None}

    return await fresh(req, ("list", workload or "", wave or ""), read)


@bp.route(route="migrations/{run}", methods=["GET"])
@waiting_door
async def migration_status(req: func.HttpRequest) -> func.HttpResponse:
    """Where a run stands, every line of its runbook included."""
    name = req.route_params["run"]
    ours = links(req, name)

    def read() -> Json:
        ledger = open_ledger()
        document = status(ledger, ledger.runs.get(name), ours)
        watching = (it["name"] for it in document["steps"] if it["name"] in BAKES and it["state"] in {"running", "waiting"})
        return {**document, "promotable": next(watching, None)}

    return await fresh(req, ("status", name, ours["status"]), read, without=without_clock)


@bp.route(route="migrations/{run}/events", methods=["GET"])
@waiting_door
async def migration_events(req: func.HttpRequest) -> func.HttpResponse:
    """What happened, who did it and when."""
    name = req.route_params["run"]

    def read() -> Json:
        ledger = open_ledger()
        run = ledger.runs.get(name)
        return {"run": run.run, "events": ledger.events.of(run.run)}

    return await fresh(req, ("events", name), read)
