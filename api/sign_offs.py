"""The door by which people sign a runbook off before there is a run.

Lives here: request and answer. Never here: who may sign (approvals/sign_off.py); the gate of a run has the doors of decisions.
"""

from dataclasses import replace

import azure.durable_functions as df
import azure.functions as func

from api.asker import asker
from api.problems import answer, door, json_body, text_field
from api.start import draft, read_plan
from approvals.decide import Word
from approvals.sign_off import GATE, shelf, sign
from ledger.ledger import open_ledger
from ledger.runs import Run
from plan.model import Plan

bp = df.Blueprint()


@bp.route(route="plans/sign-off", methods=["POST"])
@door
def sign_off(req: func.HttpRequest) -> func.HttpResponse:
    """Sign the runbook of a plan off before it is started, or object to it: a run of both finds that at its first gate."""
    ledger, body = open_ledger(), json_body(req)
    run = unstarted(read_plan(body))
    decision, seen = text_field(body, "decision"), text_field(body, "runbook_hash")
    word = Word(GATE, decision, text_field(body, "reason", required=False), seen)
    person = asker(req, ledger, run, body)
    standing = sign(ledger, run, word, person)
    said = {"decision": decision, "by": person.name, "plan_hash": run.plan_hash, "runbook_hash": run.runbook_hash}
    return answer({**said, "decided": standing.decided, "missing": standing.missing}, 202)


def unstarted(plan: Plan) -> Run:
    """A plan as the run that it would be; its id is where its signatures are kept."""
    run = draft(plan, "")
    return replace(run, run=shelf(run.plan_hash, run.runbook_hash))
