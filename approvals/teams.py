"""Messages from Teams' outgoing webhooks: are they from Teams, who wrote them, and what do they ask for.

Lives here: the message. Never here: HTTP, carrying out what is asked.
Source: learn.microsoft.com, "Create an outgoing webhook"; Bot Framework activity schema.
"""

import base64
import html
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from approvals.errors import NotAllowed
from approvals.identity import Principal
from approvals.keys import Keys, same
from ledger.values import digest

Verb = Literal["help", "status", "approve", "reject", "pause", "resume", "abort"]
WINDOW = timedelta(minutes=5)
HELP = (
    "`status [RUN]`, `approve GATE [of RUN] [accepting NUMBER] [because ...]`, `reject GATE [of RUN] because ...`, "
    "`pause|resume|abort [RUN] [because ...]`. RUN is a run's id or a workload; it can be left out while only one is meant. "
    "`accepting NUMBER`: so many items that differ, and are still open, are accepted with the gate."
)
_SETTING = "Put the security token that Teams showed when the webhook was made into DAYZERO_TEAMS_KEYS."
_ACCEPTING = re.compile(r"\baccepting\s+(?P<number>\d{1,9})(\s+exceptions?)?\s*$", re.IGNORECASE)
_BECAUSE = re.compile(r"\bbecause\b(?P<reason>.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Message:
    """A message whose sender Teams vouches for. `nonce` makes it usable once."""

    sender: Principal
    name: str
    text: str
    nonce: str


@dataclass(frozen=True)
class Command:
    """What a message asks for; `gate`, `run` and `reason` are empty when it does not say, `accepting` is 0 then."""

    verb: Verb
    gate: str = ""
    run: str = ""
    reason: str = ""
    accepting: int = 0


def verify(keys: Keys, body: bytes, authorization: str) -> Message:
    """Check `Authorization: HMAC ...` over the raw body, and read the message.

    Raises:
        NotAllowed: 401 for a message that Teams did not sign, that is old, or that names nobody.
    """
    kind, _, given = authorization.partition(" ")
    right = [same(given.strip(), base64.b64encode(keys.sign(name, body)).decode()) for name in keys.ids]
    if kind.upper() != "HMAC" or not any(right):
        raise NotAllowed(401, "The message is not signed by an outgoing webhook that this agent knows.", _SETTING)
    try:
        activity: Any = json.loads(body)
        sender, sent = activity["from"], datetime.fromisoformat(activity["timestamp"])
        nonce = f"teams-{digest([activity['id'], activity['timestamp']])[:40]}"
        message = Message(_principal(sender), str(sender.get("name", ""))[:100], _words(activity["text"]), nonce)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise NotAllowed(401, "The message cannot be read, or does not say who sent it.", "Send it from Teams.") from error
    if sent.tzinfo is None or abs(datetime.now(UTC) - sent) > WINDOW:
        raise NotAllowed(401, "The message is too old, or from the future.", "Write it again.")
    return message


def command(text: str) -> Command:
    """What a text asks for; what is not understood asks for help."""
    found = re.match(r"(\w+)\b(.*)", text, re.DOTALL)
    verb = found[1].lower() if found else ""
    asked = _BECAUSE.search(found[2]) if found else None
    reason = asked["reason"].strip(" .\n")[:500] if asked else ""
    before = found[2][: asked.start()] if found and asked else found[2] if found else ""
    accepts = _ACCEPTING.search(before) if verb == "approve" else None
    accepting = int(accepts["number"]) if accepts else 0
    words = (before[: accepts.start()] if accepts else before).split()
    match verb, words:
        case ("approve" | "reject") as which, [gate, "of", run] | [gate, run]:
            return Command(which, gate.lower(), run, reason, accepting)
        case ("approve" | "reject") as which, [gate]:
            return Command(which, gate.lower(), "", reason, accepting)
        case ("status" | "pause" | "resume" | "abort") as which, [] | [_]:
            return Command(which, "", "".join(words), reason)
    return Command("help")


def _principal(sender: dict[str, Any]) -> Principal:
    found = sender["aadObjectId"]
    if not isinstance(found, str) or not found:
        raise ValueError("no object id")
    return Principal(found.lower(), frozenset(), frozenset())


def _words(text: str) -> str:
    """The text without the mention that a webhook is called by, and without markup."""
    bare = re.sub(r"<[^>]*>", " ", re.sub(r"<at>.*?</at>", " ", text, flags=re.DOTALL))
    return " ".join(html.unescape(bare).split())
