"""Doors to the exceptions of a run: items that differ between both sides, and what people decide about them.

Lives here: requests and answers. Never here: who may accept (approvals/exceptions.py).
"""

import azure.durable_functions as df
import azure.functions as func

from api.asker import asker
from api.problems import answer, door, json_body, text_field
from approvals.exceptions import accept
from ledger.ledger import open_ledger

bp = df.Blueprint()


@bp.route(route="migrations/{run}/exceptions", methods=["GET"])
@door
def list_exceptions(req: func.HttpRequest) -> func.HttpResponse:
    """Every item that differed, with both hashes and the decision."""
    ledger = open_ledger()
    run = ledger.runs.get(req.route_params["run"])
    return answer({"run": run.run, "exceptions": [one.as_json() for one in ledger.exceptions.of(run.run)]})


@bp.route(route="migrations/{run}/exceptions/{exception}", methods=["POST"])
@door
def accept_exception(req: func.HttpRequest) -> func.HttpResponse:
    """Accept one: `by` and `reason`."""
    ledger, body = open_ledger(), json_body(req)
    run = ledger.runs.get(req.route_params["run"])
    person = asker(req, ledger, run, body)
    found = accept(ledger, run, req.route_params["exception"], person, text_field(body, "reason", required=False))
    return answer({"run": run.run, "exception": found.as_json()})
