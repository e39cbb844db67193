"""Doors of signed links and of people who are signed in: the page, the decision, the making of links.

Lives here: requests and answers. Never here: tokens (approvals/links.py), who may decide (approvals/approvers.py).
"""

from datetime import timedelta
from urllib.parse import parse_qs

import azure.durable_functions as df
import azure.functions as func

from api.asker import asker, run_of, signed_in
from api.links import public_url
from api.problems import Problem, answer, door, json_body, number_field, text_field
from api.words import take
from approvals.approvers import Person, Rules
from approvals.decide import Word
from approvals.errors import NotAllowed
from approvals.facts import facts
from approvals.identity import owners_of, person_of, principal
from approvals.keys import LINK_KEYS, keys
from approvals.links import LONGEST, Link, claimed, new_link, seal, unseal
from approvals.page import HEADERS, question, told
from approvals.refusals import NOWHERE, record_refusal
from ledger.errors import RunUnknown
from ledger.ledger import Ledger, open_ledger
from ledger.runs import Run

bp = df.Blueprint()
_BOTH = ("approve", "reject")
_LARGEST_FORM = 16_384


@bp.route(route="decide/{token}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@door
def show_gate(req: func.HttpRequest) -> func.HttpResponse:
    """The page of a signed link; looking at it decides nothing, however often something looks."""
    try:
        link = unseal(keys(LINK_KEYS), req.route_params["token"])
        ledger = open_ledger()
        run = _run(ledger, link)
        if ledger.votes.spent(run.run, link.nonce):
            raise NotAllowed(409, "This link was used already.", "Look at the run's status for what came of it.")
        return _page(question(facts(ledger, run, link.gate), link))
    except NotAllowed as refusal:
        return _page(told("This link does not count", [str(refusal), refusal.mend]), refusal.status)


@bp.route(route="decide/{token}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@bp.durable_client_input(client_name="client")
@door
def decide_by_link(req: func.HttpRequest, client: df.SyncDurableFunctionsClient) -> func.HttpResponse:
    """Decide by a signed link: a form with `decision` and `reason`."""
    ledger, token = open_ledger(), req.route_params["token"]
    try:
        form = _form(req, ledger)
        decision, reason = (form.get(name, [""])[0].strip()[:500] for name in ("decision", "reason"))
        link, run, person = _bearer(req, ledger, token, decision)
        accepted = form.get("accept_exceptions", ["0"])[0]
        most = int(accepted) if accepted.isdecimal() and len(accepted) < 10 else 0
        word = Word(link.gate, decision, reason, link.runbook_hash, link.nonce, accept_exceptions=most)
        said = take(ledger, client, run, word, person)
    except NotAllowed as refusal:
        return _page(told("Your decision does not count", [str(refusal), refusal.mend]), refusal.status)
    more = "The gate is decided." if said["decided"] else f"Approvals that are still needed: {said['missing']}."
    return _page(told(f"Recorded: {decision}", [f"{person.name} at gate {link.gate} of {run.run}.", more]))


@bp.route(route="decide/{run}/{gate}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@bp.durable_client_input(client_name="client")
@door
def decide_signed_in(req: func.HttpRequest, client: df.SyncDurableFunctionsClient) -> func.HttpResponse:
    """Decide as whoever App Service authentication says is signed in; no function key is asked for."""
    ledger, gate = open_ledger(), req.route_params["gate"]
    run = run_of(ledger, req.route_params["run"], "entra", gate)
    person, body = signed_in(req, ledger, run), json_body(req)
    decision, seen = text_field(body, "decision"), text_field(body, "runbook_hash")
    accepted, reason = number_field(body, "accept_exceptions"), text_field(body, "reason", required=False)
    word = Word(gate, decision, reason, seen, accept_exceptions=accepted)
    return answer(take(ledger, client, run, word, person), 202)


@bp.route(route="migrations/{run}/approvals/{gate}/links", methods=["POST"])
@door
def make_links(req: func.HttpRequest) -> func.HttpResponse:
    """Links for one person (`for`) or for all who may decide at the gate by name; each is a decision waiting to be taken."""
    ledger, body, gate = open_ledger(), json_body(req), req.route_params["gate"]
    run = ledger.runs.get(req.route_params["run"])
    by, wanted = asker(req, ledger, run, body), text_field(body, "for", required=False)
    lasts, sealing = _lasts(body.get("minutes", 1440)), keys(LINK_KEYS)
    if gate not in run.plan["approvals"]:
        raise NotAllowed(404, f"The runbook has no gate {gate!r}.", "Use a gate's name from the status.")
    people = Rules(run, gate).people()
    if wanted and wanted not in people:
        raise NotAllowed(403, f"{wanted!r} may not decide at gate {gate}.", f"Make a link for one of: {', '.join(people)}.")
    made = [new_link(run.run, gate, run.runbook_hash, name, lasts, _BOTH) for name in ([wanted] if wanted else people)]
    names = ", ".join(link.person for link in made)
    ledger.events.append(run.run, "note", f"Links to gate {gate} were made for {names}.", who=by.name, detail={"gate": gate})
    base = f"{public_url(req)}/api/decide"
    links = [{"for": one.person, "url": f"{base}/{seal(sealing, one)}", "expires": one.until.isoformat()} for one in made]
    return answer({"run": run.run, "gate": gate, "links": links}, 201, {"Cache-Control": "no-store"})


def _form(req: func.HttpRequest, ledger: Ledger) -> dict[str, list[str]]:
    try:
        return parse_qs(req.get_body()[:_LARGEST_FORM].decode("utf-8", "replace"), max_num_fields=10)
    except ValueError as error:
        refusal = NotAllowed(400, "The form has more fields than the page that asks.", "Decide on that page.")
        record_refusal(ledger, NOWHERE, refusal, Person("", "link"))
        raise refusal from error


def _bearer(req: func.HttpRequest, ledger: Ledger, token: str, decision: str) -> tuple[Link, Run, Person]:
    """The link, its run, and the person it was made for; a refusal is recorded where the token claims to belong."""
    said = claimed(token)
    try:
        link = unseal(keys(LINK_KEYS), token)
        run = _run(ledger, link)
        if decision not in link.decisions:
            raise NotAllowed(403, f"This link is not for {decision[:20]!r}.", f"It is for: {', '.join(link.decisions)}.")
        who = principal(req.headers)
        if who is not None and person_of(owners_of(run), who, "entra").name != link.person:
            raise NotAllowed(403, "Somebody else is signed in than the link was made for.", "Ask for a link of your own.")
    except NotAllowed as refusal:
        unsure = Person(f"somebody with a link for {said.person}" if said else "", "link")
        record_refusal(ledger, _known(ledger, said), refusal, unsure, gate=said.gate if said else "", decision=decision)
        raise
    return link, run, Person(link.person, "link")


def _run(ledger: Ledger, link: Link) -> Run:
    try:
        return ledger.runs.get(link.run)
    except RunUnknown as unknown:
        raise NotAllowed(404, "The link's run is not there any more.", "Ask for a new link.") from unknown


def _known(ledger: Ledger, said: Link | None) -> str:
    """The run that a token claims to be for, if there is such a run."""
    try:
        return ledger.runs.get(said.run).run if said else NOWHERE
    except RunUnknown:
        return NOWHERE


def _lasts(minutes: object) -> timedelta:
    most = int(LONGEST.total_seconds() / 60)
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 1 <= minutes <= most:
        raise Problem(400, "Field invalid", f"Field 'minutes' must be a whole number from 1 to {most}.", "Give 'minutes'.")
    return timedelta(minutes=minutes)


def _page(text: str, status: int = 200) -> func.HttpResponse:
    return func.HttpResponse(text, status_code=status, mimetype="text/html", charset="utf-8", headers=HEADERS)
