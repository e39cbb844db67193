"""Doors for people's words: approvals, pause, resume, abort, promote, retry.

Lives here: writing to the ledger first, then waking the orchestration up. Never here: who may decide (approvals/).
"""

import azure.durable_functions as df
import azure.functions as func

from api.asker import asker, controller, run_of
from api.problems import Problem, answer, door, json_body, number_field, text_field
from api.start import refuse_taken_over, wake
from api.words import Action, take, wish
from api.words import promote as let_pass
from approvals.decide import Word
from ledger.ledger import Ledger, open_ledger
from ledger.runs import Run

bp = df.Blueprint()


@bp.route(route="migrations/{run}/approvals/{gate}", methods=["POST"])
@bp.durable_client_input(client_name="client")
@door
def approve(req: func.HttpRequest, client: df.SyncDurableFunctionsClient) -> func.HttpResponse:
    """Decide at a gate: `decision`, `by`, `reason`, the `runbook_hash` that was seen, `accept_exceptions`."""
    ledger, body, gate = open_ledger(), json_body(req), req.route_params["gate"]
    run = run_of(ledger, req.route_params["run"], "key", gate)
    decision, seen = text_field(body, "decision"), text_field(body, "runbook_hash")
    accepted = number_field(body, "accept_exceptions")
    word = Word(gate, decision, text_field(body, "reason", required=False), seen, accept_exceptions=accepted)
    return answer(take(ledger, client, run, word, asker(req, ledger, run, body)), 202)


@bp.route(route="migrations/{run}/pause", methods=["POST"])
@bp.durable_client_input(client_name="client")
@door
def pause(req: func.HttpRequest, client: df.SyncDurableFunctionsClient) -> func.HttpResponse:
    """Rest before the next line; what runs now is finished first."""
    return _control(req, client, "pause")


@bp.route(route="migrations/{run}/resume", methods=["POST"])
@bp.durable_client_input(client_name="client")
@door
def resume(req: func.HttpRequest, client: df.SyncDurableFunctionsClient) -> func.HttpResponse:
    """Go on after a pause or an overrun of the window."""
    return _control(req, client, "resume")


@bp.route(route="migrations/{run}/abort", methods=["POST"])
@bp.durable_client_input(client_name="client")
@door
def abort(req: func.HttpRequest, client: df.SyncDurableFunctionsClient) -> func.HttpResponse:
    """Go back to AWS as soon as what runs now returns; never taken back."""
    return _control(req, client, "abort")


@bp.route(route="migrations/{run}/promote", methods=["POST"])
@bp.durable_client_input(client_name="client")
@door
def promote(req: func.HttpRequest, client: df.SyncDurableFunctionsClient) -> func.HttpResponse:
    """Skip the rest of the bake that runs now; `reason` is required."""
    ledger, run, by, _ = _asked(req, "promote")
    return answer(let_pass(ledger, client, run, by, text_field(json_body(req), "reason")), 202)


@bp.route(route="migrations/{run}/retry", methods=["POST"])
@bp.durable_client_input(client_name="client")
@door
def retry(req: func.HttpRequest, client: df.SyncDurableFunctionsClient) -> func.HttpResponse:
    """Try again what a run left over that needs a person; it goes on from the ledger."""
    ledger, run, by, reason = _asked(req, "retry")
    if run.state != "needs-operator":
        raise Problem(409, "Nothing to retry", f"Run {run.run} is {run.state}.", "Only a run in needs-operator can be retried.")
    refuse_taken_over(run)
    ledger.events.append(run.run, "control", f"retry ({reason})" if reason else "retry", who=by)
    wake(client, run)
    return answer({"run": run.run, "action": "retry", "by": by}, 202)


def _control(req: func.HttpRequest, client: df.SyncDurableFunctionsClient, action: Action) -> func.HttpResponse:
    ledger, run, by, reason = _asked(req, action)
    return answer(wish(ledger, client, run, action, by, reason), 202)


def _asked(req: func.HttpRequest, action: str) -> tuple[Ledger, Run, str, str]:
    ledger, body = open_ledger(), json_body(req)
    run = ledger.runs.get(req.route_params["run"])
    reason = text_field(body, "reason", required=False)
    return ledger, run, controller(req, ledger, run, body, action).name, reason
