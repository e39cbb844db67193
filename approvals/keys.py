"""Keys for signatures: several at a time, so that they can be changed without refusing what is under way.

Lives here: reading a setting of keys, signing, comparing. Never here: what is signed. A key's bytes are in no message.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re

from approvals.errors import NotAllowed

LINK_KEYS = "DAYZERO_LINK_KEYS"
EVENT_KEYS = "DAYZERO_EVENT_KEYS"
TEAMS_KEYS = "DAYZERO_TEAMS_KEYS"
SHORTEST = 32
"""Bytes of a key: as many as SHA-256 gives (RFC 2104, section 3)."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class KeysMissing(NotAllowed):
    """A setting of keys is absent or cannot be read; the message names the setting and what is wrong, never its value."""

    def __init__(self, setting: str, what: str) -> None:
        mend = f"Set {setting} to id:key pairs with commas between, each key at least {SHORTEST} random bytes in base64."
        super().__init__(503, f"The agent's setting {setting} {what}.", mend)


class Keys:
    """Named keys: the first signs, all verify.

    Args:
        found: key by id, in the order of the setting.
    """

    def __init__(self, found: dict[str, bytes]) -> None:
        self._found = found

    @property
    def first(self) -> str:
        """Id of the key that signs."""
        return next(iter(self._found))

    @property
    def ids(self) -> list[str]:
        """Ids of all keys."""
        return list(self._found)

    def sign(self, key: str, message: bytes) -> bytes:
        """HMAC-SHA256 with the named key; with an unknown id by a key that nobody has, so that it takes as long."""
        return hmac.digest(self._found.get(key) or os.urandom(SHORTEST), message, hashlib.sha256)


def keys(setting: str) -> Keys:
    """The keys in a setting of the app: `id:base64key`, commas between; in Azure a reference to Key Vault.

    Raises:
        KeysMissing: it is not set, or not of that form.
    """
    text = os.environ.get(setting, "").strip()
    if not text:
        raise KeysMissing(setting, "is empty")
    found: dict[str, bytes] = {}
    for place, pair in enumerate(text.split(","), 1):
        name, colon, key = pair.strip().partition(":")
        if not colon or not _ID.fullmatch(name) or name in found:
            raise KeysMissing(setting, f"has no id of its own before key {place}")
        try:
            found[name] = base64.b64decode(key, validate=True)
        except (binascii.Error, ValueError):
            raise KeysMissing(setting, f"has a key {place} that is not base64") from None
        if len(found[name]) < SHORTEST:
            raise KeysMissing(setting, f"has a key {place} of fewer than {SHORTEST} bytes")
    return Keys(found)


def same(given: str, expected: str) -> bool:
    """Whether two signatures are the same text, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
