"""The door of signed events: another system decides, asks, or notes something, in the name of somebody it knows.

Lives here: what an event's name means. Never here: signatures (approvals/signatures.py), who may decide.
"""

from typing import Any

import azure.durable_functions as df
import azure.functions as func

from api.asker import run_of
from api.problems import answer, door, json_body, number_field, text_field
from api.words import take, wish
from approvals.approvers import Person
from approvals.decide import Word
from approvals.errors import NotAllowed
from approvals.keys import EVENT_KEYS, keys
from approvals.refusals import NOWHERE, record_refusal
from approvals.signatures import HEADER, verify
from ledger.errors import RunUnknown
from ledger.ledger import Ledger, open_ledger
from ledger.runs import Run

bp = df.Blueprint()
Client = df.SyncDurableFunctionsClient


@bp.route(route="events/{run}/{name}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@bp.durable_client_input(client_name="client")
@door
def signed_event(req: func.HttpRequest, client: Client) -> func.HttpResponse:
    """A signed event: a gate's name decides there, `pause`, `resume` and `abort` ask, any other name is noted."""
    ledger, named, name = open_ledger(), req.route_params["run"], req.route_params["name"]
    try:
        nonce = verify(keys(EVENT_KEYS), f"{named}/{name}", req.get_body(), req.headers.get(HEADER, ""))
    except NotAllowed as refusal:
        record_refusal(ledger, _known(ledger, named), refusal, Person("", "event"), gate=name)
        raise
    run, body = run_of(ledger, named, "event", name), json_body(req)
    data: dict[str, Any] = body["data"] if isinstance(body.get("data"), dict) else body
    person, reason = Person(text_field(data, "by"), "event"), text_field(data, "reason", required=False)
    if any(line["kind"] == "gate" and line["name"] == name for line in run.runbook):
        decision, seen = text_field(data, "decision"), text_field(data, "runbook_hash")
        word = Word(name, decision, reason, seen, nonce, number_field(data, "accept_exceptions"))
        return answer(take(ledger, client, run, word, person), 202)
    if not ledger.votes.spend(run.run, nonce):
        again = NotAllowed(409, "This event came before.", "Sign each event afresh.")
        record_refusal(ledger, run.run, again, person, gate=name)
        raise again
    return answer(_asked(ledger, client, run, name, person.name, reason), 202)


def _asked(ledger: Ledger, client: Client, run: Run, name: str, by: str, reason: str) -> dict[str, object]:
    match name:
        case "pause" | "resume" | "abort":
            return wish(ledger, client, run, name, by, reason)
        case _:
            text = f"{name[:100]}: {reason}" if reason else name[:100]
            ledger.events.append(run.run, "note", text, who=by, detail={"channel": "event"})
            return {"run": run.run, "noted": name[:100], "by": by}


def _known(ledger: Ledger, run: str) -> str:
    try:
        return ledger.runs.get(run).run
    except RunUnknown:
        return NOWHERE
