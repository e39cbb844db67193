"""Who stands at a door: somebody whom Entra ID has signed in, or whoever holds the function key and says a name.

Lives here: reading a request's sender. Never here: who may do what (approvals/).
"""

from typing import Any

import azure.functions as func

from api.problems import Problem, text_field
from approvals.approvers import Person
from approvals.errors import NotAllowed
from approvals.identity import owners_of, person_of, principal
from approvals.operators import refuse_strangers
from approvals.refusals import NOWHERE, record_refusal
from ledger.errors import RunUnknown
from ledger.ledger import Ledger
from ledger.runs import Run
from plan.model import Plan
from plan.people import Channel


def run_of(ledger: Ledger, named: str, channel: Channel, gate: str) -> Run:
    """The run that a decision is about; a decision about none is recorded, too.

    Raises:
        RunUnknown: there is none of that name.
    """
    try:
        return ledger.runs.get(named)
    except RunUnknown as unknown:
        record_refusal(ledger, NOWHERE, NotAllowed(404, str(unknown), ""), Person("", channel), gate=gate)
        raise


def asker(req: func.HttpRequest, ledger: Ledger, run: Run, body: dict[str, Any]) -> Person:
    """The person of a request that showed a function key; a sign-in counts more than the body's `by`.

    Raises:
        Problem: 400 without a name. NotAllowed: an identity that does not count, or a name of somebody else; recorded.
    """
    try:
        who = principal(req.headers)
        named = text_field(body, "by", required=who is None)
        if who is None:
            return Person(named, "key")
        person = person_of(owners_of(run), who, "entra")
        if named and named != person.name:
            raise NotAllowed(403, f"Somebody else is signed in than {named!r}.", f"Decide as {person.name}.")
    except NotAllowed as refusal:
        record_refusal(ledger, run.run, refusal, Person(str(body.get("by", "")), "entra"))
        raise
    return person


def controller(req: func.HttpRequest, ledger: Ledger, run: Run, body: dict[str, Any], action: str) -> Person:
    """The same for words that are no decision: of all who can sign in, only people of the plan and operators may say them.

    Raises:
        Problem: 400 without a name. NotAllowed: an identity that does not count, or of somebody who may not; recorded.
    """
    person = asker(req, ledger, run, body)
    refuse_strangers(ledger, run, person, action)
    return person


def signed_in(req: func.HttpRequest, ledger: Ledger, run: Run) -> Person:
    """The person whom Entra ID has signed in, at a door that asks for no key.

    The body must say that it is JSON: a page of another site could make a browser send a form, but not that.

    Raises:
        NotAllowed: nobody is signed in, or the identity does not count; recorded.
    """
    try:
        who = principal(req.headers)
        if who is None:
            raise NotAllowed(401, "Nobody is signed in.", "Sign in, use a signed link, or a door that takes a key.")
        if req.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise NotAllowed(400, "The body does not say that it is JSON.", "Send Content-Type: application/json.")
    except NotAllowed as refusal:
        record_refusal(ledger, run.run, refusal, Person("", "entra"))
        raise
    return person_of(owners_of(run), who, "entra")


def starter(req: func.HttpRequest, plan: Plan, body: dict[str, Any]) -> str:
    """Who starts a run, as far as the request says; empty when it does not.

    Raises:
        Problem: 422 when a gate needs to know, or when too few approvers are left without that person.
        NotAllowed: an identity that does not count.
    """
    who = principal(req.headers)
    named = text_field(body, "by", required=False)
    name = person_of(plan.owners.values(), who, "entra").name if who else named
    for gate, rules in plan.approvals.items():
        if not rules.not_by_starter:
            continue
        if not name:
            mend = "Send `by`; `dayzero start --by NAME` does."
            raise Problem(
                422, "Starter unfit", f"Gate {gate} is not for whoever starts the run, and nobody says who that is.", mend
            )
        left = [approver for approver in rules.approvers if approver != name]
        if len(left) < rules.quorum and not rules.roles:
            detail = f"Without {name}, gate {gate} has {len(left)} approver(s) and needs {rules.quorum}."
            raise Problem(422, "Starter unfit", detail, "Let somebody else start the run, or name more approvers.")
    return name
