"""Signed links: one gate, one person, one use, for a time. Whoever has the link is taken for that person.

Lives here: making and reading tokens. Never here: the page (page.py), whether the person may decide (approvers.py).
"""

import base64
import binascii
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from approvals.errors import NotAllowed
from approvals.keys import Keys, same
from ledger.values import canonical

LONGEST = timedelta(days=7)
_VERSION = "v1"
_LONGEST_TOKEN = 4096
_ASK = "Ask for a new link."


@dataclass(frozen=True)
class Link:
    """What a token says. `decisions` are those that it can take; `expires` is in seconds since 1970, UTC."""

    run: str
    gate: str
    runbook_hash: str
    person: str
    decisions: tuple[str, ...]
    expires: int
    nonce: str

    @property
    def until(self) -> datetime:
        """When it ends."""
        return datetime.fromtimestamp(self.expires, UTC)


def new_link(run: str, gate: str, runbook_hash: str, person: str, lasts: timedelta, decisions: tuple[str, ...]) -> Link:
    """A link that nobody has used; `lasts` is cut at seven days."""
    ends = datetime.now(UTC) + min(lasts, LONGEST)
    return Link(run, gate, runbook_hash, person, decisions, int(ends.timestamp()), secrets.token_urlsafe(16))


def seal(keys: Keys, link: Link) -> str:
    """The token: version, id of the key, what it says, and the signature over these three."""
    payload = _encoded(canonical(vars(link)).encode())
    head = f"{_VERSION}.{keys.first}.{payload}"
    return f"{head}.{_encoded(keys.sign(keys.first, head.encode()))}"


def unseal(keys: Keys, token: str) -> Link:
    """What a token says, once its signature and its time are checked.

    Raises:
        NotAllowed: 401 for a token that nobody signed with these keys, 403 for one whose time is over.
    """
    head, _, signature = token.rpartition(".")
    version, _, rest = head.partition(".")
    key = rest.partition(".")[0]
    signed = _encoded(keys.sign(key, head.encode("utf-8", "replace")))
    if not same(signature, signed) or version != _VERSION or key not in keys.ids or len(token) > _LONGEST_TOKEN:
        raise NotAllowed(401, "The link is not signed by this agent, or was changed on its way.", _ASK)
    link = claimed(token)
    if link is None:
        raise NotAllowed(401, "The link cannot be read.", _ASK)
    if datetime.now(UTC) >= link.until:
        raise NotAllowed(403, f"The link has expired at {link.until:%Y-%m-%d %H:%M} UTC.", _ASK)
    return link


def claimed(token: str) -> Link | None:
    """What a token claims, unchecked: good for a record of what was refused, and for nothing else."""
    try:
        document: Any = json.loads(_decoded(token[:_LONGEST_TOKEN].split(".")[2]))
        found = Link(**document | {"decisions": tuple(document["decisions"])})
    except (IndexError, KeyError, TypeError, ValueError, RecursionError):
        return None
    texts = (found.run, found.gate, found.runbook_hash, found.person, found.nonce, *found.decisions)
    return found if all(isinstance(text, str) for text in texts) and isinstance(found.expires, int) else None


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
