"""Who asks: what App Service authentication says about a request's sender, and who that is in the plan.

Lives here: reading `X-MS-CLIENT-PRINCIPAL`. Never here: who may decide (approvers.py), signing in (the platform does that).
Source: https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
"""

import base64
import binascii
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from approvals.approvers import Person
from approvals.errors import NotAllowed
from ledger.runs import Run
from plan.people import Channel, Owner

HEADER = "x-ms-client-principal"
_OBJECT_ID = {"oid", "http://schemas.microsoft.com/identity/claims/objectidentifier"}
_USER_NAME = {"preferred_username", "upn", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"}
_ROLES = {"roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"}
_SIGN_IN = "Sign in through the agent's address, or use a signed link."


@dataclass(frozen=True)
class Principal:
    """Somebody whom Entra ID has signed in: object id, user principal names, app roles."""

    object_id: str
    names: frozenset[str]
    roles: frozenset[str]

    @property
    def called(self) -> str:
        """How to call somebody whom the plan does not know."""
        return min(self.names, default=self.object_id)


def behind_authentication() -> bool:
    """Whether App Service authentication stands before the app; only then is its header the platform's own."""
    return os.environ.get("WEBSITE_AUTH_ENABLED", "").lower() == "true"


def principal(headers: Mapping[str, str]) -> Principal | None:
    """Who is signed in; None when the request says nothing about that.

    Raises:
        NotAllowed: 403 for a header that the platform did not set, 401 for one that names nobody.
    """
    text = headers.get(HEADER, "")
    if not text:
        return None
    if not behind_authentication():
        mend = "Switch App Service authentication on; without it nobody vouches for the header."
        raise NotAllowed(403, "The request brings an identity that the platform did not set.", mend)
    claims = list(_claims(text))
    found = {kind: frozenset(value for name, value in claims if name in names) for kind, names in _KINDS.items()}
    object_ids = found["object_id"]
    if len(object_ids) != 1:
        raise NotAllowed(401, "The identity has no object id of Entra ID.", _SIGN_IN)
    return Principal(min(object_ids).lower(), frozenset(name.lower() for name in found["names"]), found["roles"])


_KINDS = {"object_id": _OBJECT_ID, "names": _USER_NAME, "roles": _ROLES}


def person_of(owners: Iterable[Owner], who: Principal, channel: Channel) -> Person:
    """The owner of the plan with this identity, or the principal under its own name."""
    known = {who.object_id, *who.names}
    for owner in owners:
        if owner.identity and owner.identity.lower() in known:
            return Person(owner.name, channel, who.roles)
    return Person(who.called, channel, who.roles)


def owners_of(run: Run) -> list[Owner]:
    """The owners in the plan that the run was started with."""
    return [Owner.model_validate(owner) for owner in run.plan["owners"].values()]


def _claims(text: str) -> Iterator[tuple[str, str]]:
    try:
        document: Any = json.loads(base64.b64decode(text, validate=True))
        if document["auth_typ"] != "aad":
            raise NotAllowed(401, "The identity is not one of Entra ID.", _SIGN_IN)
        for claim in document["claims"]:
            if isinstance(claim["typ"], str) and isinstance(claim["val"], str):
                yield claim["typ"], claim["val"]
    except (binascii.Error, ValueError, RecursionError, TypeError, KeyError) as error:
        raise NotAllowed(401, "The identity cannot be read.", _SIGN_IN) from error
