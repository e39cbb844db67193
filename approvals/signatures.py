"""Signatures over a request's body: the time, what it is about, and the bytes as they are sent.

Lives here: the header, in both directions. Never here: what a body means.
"""

import re
import time

from approvals.errors import NotAllowed
from approvals.keys import Keys, same

HEADER = "dayzero-signature"
WINDOW_SECONDS = 300
"""How far the sender's clock and the way may be off; within it a signature is accepted once only."""
_FORM = re.compile(r"t=(\d{1,12}),k=([A-Za-z0-9_-]{1,32}),v1=([0-9a-f]{64})")


def signature(keys: Keys, about: str, body: bytes, moment: int | None = None) -> str:
    """The header's value: `t=<seconds since 1970>,k=<key id>,v1=<HMAC-SHA256 of "t.about.body" in hex>`."""
    seconds = int(time.time()) if moment is None else moment
    return f"t={seconds},k={keys.first},v1={_signed(keys, keys.first, seconds, about, body)}"


def verify(keys: Keys, about: str, body: bytes, given: str) -> str:
    """Check a header; the signature itself, which may be accepted once.

    Raises:
        NotAllowed: 401 for a signature that is not right or too old.
    """
    found = _FORM.fullmatch(given)
    moment, key, signed = (int(found[1]), found[2], found[3]) if found else (0, "", "")
    right = same(signed, _signed(keys, key, moment, about, body))
    if not right or key not in keys.ids:
        mend = f'Sign "t.{about}.body" and send {HEADER}: t=...,k=...,v1=...'
        raise NotAllowed(401, "The request is not signed with a key of this agent, or was changed on its way.", mend)
    if abs(time.time() - moment) > WINDOW_SECONDS:
        raise NotAllowed(401, "The request was signed too long ago, or in the future.", "Set the clock, and sign afresh.")
    return signed


def _signed(keys: Keys, key: str, moment: int, about: str, body: bytes) -> str:
    return keys.sign(key, f"{moment}.{about}.".encode() + body).hex()
