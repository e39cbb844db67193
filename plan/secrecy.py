"""Keeps secrets out of plans: a plan is stored in the ledger, printed in the manual and posted over the wire.

Lives here: recognising what looks like a secret. Never here: moving secrets (the plan's `secrets` name them).
"""

import re
from collections.abc import Iterator

from plan.problems import Finding, Path

_WORDS = {"password", "passwd", "pwd", "secret", "secrets", "key", "token", "credential", "credentials", "apikey", "accountkey"}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SHAPES = re.compile(
    r"(AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd)\s*=\s*[^;\s]"
    r"|[?&]sig=|-----BEGIN [A-Z ]*PRIVATE KEY|\b(AKIA|ASIA)[A-Z0-9]{16}\b|^[a-z][a-z0-9+]*://[^/\s:@]+:[^/\s@]+@",
    re.IGNORECASE,
)
_OPEN_MAPS = ("settings", "parameters")
_REFERENCE = re.compile(r"^@Microsoft\.KeyVault\(.+\)$")
_MEND = "Keep it in Secrets Manager or Key Vault and name it under `secrets`"


def is_secret_name(name: str) -> bool:
    """Whether a setting of this name usually holds a secret: its last word says so (`DB_PASSWORD`, `apiKey`)."""
    words = _WORD.findall(name)
    return bool(words) and words[-1].lower() in _WORDS


def is_secret_value(value: object) -> bool:
    """Whether the value has the shape of a credential: a connection string with a key, a signed URL, a private key."""
    return isinstance(value, str) and bool(_SHAPES.search(value))


def find_secrets(data: object, path: Path = ()) -> Iterator[Finding]:
    """Every value that looks like a secret. The findings never hold the value."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from find_secrets(value, (*path, str(key)))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from find_secrets(value, (*path, index))
    elif is_secret_value(data):
        yield Finding(path, "the value looks like a credential, and plans are stored and printed", _MEND)
    elif _named_like_a_secret(path) and not _harmless(data):
        yield Finding(path, "the name says that the value is a secret, and plans are stored and printed", _MEND)


def _named_like_a_secret(path: Path) -> bool:
    """Only in the maps whose keys the author chooses; elsewhere the model gives the names."""
    opened = next((index for index, part in enumerate(path) if part in _OPEN_MAPS), None)
    if opened is None:
        return False
    below = [part for part in path[opened + 1 :] if isinstance(part, str)]
    return "reference" not in below and any(is_secret_name(part) for part in below)  # an ARM parameter may refer to a vault


def _harmless(value: object) -> bool:
    return value is None or isinstance(value, bool) or value == "" or bool(_REFERENCE.match(str(value)))
