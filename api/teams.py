"""The door of Teams' outgoing webhooks: a message asks, the answer is a message; Teams waits for five seconds.

Lives here: carrying out what a message asks for. Never here: reading and checking messages (approvals/teams.py).
"""

import azure.durable_functions as df
import azure.functions as func

from api.problems import Problem, answer, door
from api.words import take, wish
from approvals.approvers import Person
from approvals.decide import Word
from approvals.errors import NotAllowed
from approvals.identity import owners_of, person_of
from approvals.keys import TEAMS_KEYS, keys
from approvals.operators import refuse_strangers
from approvals.refusals import NOWHERE, record_refusal
from approvals.teams import HELP, Command, Message, command, verify
from ledger.ledger import Ledger, open_ledger
from ledger.runs import Run
from ledger.status import status

bp = df.Blueprint()
Client = df.SyncDurableFunctionsClient


@bp.route(route="teams/messages", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@bp.durable_client_input(client_name="client")
@door
def teams_message(req: func.HttpRequest, client: Client) -> func.HttpResponse:
    """A message to the outgoing webhook; what is refused is recorded and told, and wakes nobody."""
    ledger = open_ledger()
    try:
        message = verify(keys(TEAMS_KEYS), req.get_body(), req.headers.get("authorization", ""))
    except NotAllowed as refusal:
        record_refusal(ledger, NOWHERE, refusal, Person("", "teams"))
        raise
    asked = command(message.text)
    if asked.verb == "help":
        return _reply(HELP)
    try:
        run = _meant(ledger, asked, message)
        return _reply(_status(ledger, run) if asked.verb == "status" else _carried_out(ledger, client, run, asked, message))
    except NotAllowed as refusal:
        return _reply(f"{refusal} {refusal.mend}")
    except Problem as problem:
        return _reply(f"{problem.document['detail']} {problem.document['mend']}")


def _meant(ledger: Ledger, asked: Command, message: Message) -> Run:
    """The run that is named, or the only one that can be meant; who wants something of none is recorded."""
    going = ledger.runs.going()
    found = [run for run in going if asked.run in {"", run.run, run.workload}]
    if len(found) != 1:
        what = (
            f"{len(found)} runs could be meant" if found else "No run of that name is alive" if asked.run else "No run is alive"
        )
        refusal = NotAllowed(404, f"{what}.", f"Name one: {', '.join(run.run for run in going[:10]) or 'none'}.")
        if asked.verb != "status":
            somebody = Person(message.sender.called, "teams")
            record_refusal(ledger, NOWHERE, refusal, somebody, gate=asked.gate, decision=asked.verb)
        raise refusal
    return found[0]


def _carried_out(ledger: Ledger, client: Client, run: Run, asked: Command, message: Message) -> str:
    person = person_of(owners_of(run), message.sender, "teams")
    if asked.gate:
        word = Word(asked.gate, asked.verb, asked.reason, run.runbook_hash, message.nonce, asked.accepting)
        said = take(ledger, client, run, word, person)
        more = "The gate is decided." if said["decided"] else f"Approvals that are still needed: {said['missing']}."
        return f"Recorded: {person.name}, {asked.verb} {asked.gate} of {run.run} (runbook {run.runbook_hash[:12]}). {more}"
    refuse_strangers(ledger, run, person, asked.verb)
    if not ledger.votes.spend(run.run, message.nonce):
        refusal = NotAllowed(409, "This message was heard already.", "Look at the status.")
        record_refusal(ledger, run.run, refusal, person, decision=asked.verb)
        raise refusal
    match asked.verb:
        case "pause" | "resume" | "abort" as action:
            wish(ledger, client, run, action, person.name, asked.reason)
            return f"Recorded: {person.name}, {action} of {run.run}."
    return HELP


def _status(ledger: Ledger, run: Run) -> str:
    found = status(ledger, run, {})
    waiting = found["waiting_for"] or {}
    what = f" It waits for {waiting['what']}." if waiting else ""
    who = f" Still to decide: {', '.join(waiting['missing'])}." if waiting.get("missing") else ""
    done = sum(line["state"] == "done" for line in found["steps"])
    return f"{run.run}: {found['state']}, {done} of {len(found['steps'])} lines done, {found['weight']} % on Azure.{what}{who}"


def _reply(text: str) -> func.HttpResponse:
    return answer({"type": "message", "text": text})
