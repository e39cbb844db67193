"""Access keys: master, host (function), system and function keys in one file, made at random when absent.

Lives here: reading, making and comparing keys. Never here: logging a key.
Source: https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
"""

import hmac
import json
import os
import secrets
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any

DURABLE_SYSTEM_KEY = "durabletask_extension"


class AuthLevel(StrEnum):
    """What an HTTP trigger asks for."""

    ANONYMOUS = "ANONYMOUS"
    FUNCTION = "FUNCTION"
    ADMIN = "ADMIN"


class Keys:
    """The keys of one function app, read anew when the file changes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int] | None = None
        self._keys: dict[str, Any] = {}
        if not file.exists():
            self._create()
        self._read()

    def _create(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = {
            "masterKey": secrets.token_urlsafe(40),
            "functionKeys": {"default": secrets.token_urlsafe(40)},
            "systemKeys": {DURABLE_SYSTEM_KEY: secrets.token_urlsafe(40)},
            "functions": {},
        }
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            json.dump(fresh, out)

    def _read(self) -> None:
        status = self._file.stat()
        seen = (status.st_mtime_ns, status.st_size)
        if seen == self._seen:
            return
        try:
            self._keys = json.loads(self._file.read_text())
        except ValueError as error:
            if self._seen is None:
                raise ValueError(f"{self._file} is not JSON; delete it to have new keys made") from error
            return  # being rewritten: the next request reads it
        self._seen = seen

    def system_key(self, name: str) -> str:
        """The value of a system key.

        Raises:
            KeyError: there is no such key.
        """
        self._read()
        return str(self._keys["systemKeys"][name])

    def is_master(self, presented: str | None) -> bool:
        """Whether this is the master key."""
        self._read()
        return _equals_any(presented, [self._keys["masterKey"]])

    def opens(self, level: AuthLevel, function: str, presented: str | None) -> bool:
        """Whether the key lets a caller in to an HTTP function of this level."""
        if level is AuthLevel.ANONYMOUS or self.is_master(presented):
            return True
        if level is AuthLevel.ADMIN:
            return False
        own = self._keys.get("functions", {}).get(function, {})
        return _equals_any(presented, [*own.values(), *self._keys.get("functionKeys", {}).values()])

    def opens_extension(self, name: str, presented: str | None) -> bool:
        """Whether the key lets a caller in to an extension's webhooks: that system key, or the master key."""
        return self.is_master(presented) or _equals_any(presented, [self._keys.get("systemKeys", {}).get(name, "")])


def _equals_any(presented: str | None, wanted: Iterable[str]) -> bool:
    """Compare in a time that tells nothing about the keys."""
    given = (presented or "").encode()
    matches = [hmac.compare_digest(given, key.encode()) for key in wanted if key]
    return bool(presented) and any(matches)
