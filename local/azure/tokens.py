"""Access tokens: made for the managed identity endpoint, checked by the doors that take them.

They have the shape of Entra's version 1.0 tokens, so that emulators that read the claims take them too
(Azurite's `--oauth basic`).
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
import uuid
from pathlib import Path
from typing import Any

from local.azure.store import write_atomically

LIFETIME_SECONDS = 24 * 3600
_CLOCK_SKEW_SECONDS = 300


class InvalidToken(Exception):
    """A token that this door does not take; the message says why, without the token."""


def _pack(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _unpack(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class Tokens:
    """One tenant's token issuer; its key survives a restart, so that tokens that clients hold stay good."""

    def __init__(self, tenant: str, key_file: Path) -> None:
        self._tenant = tenant
        if not key_file.exists():
            write_atomically(key_file, secrets.token_hex(32))
        self._key = key_file.read_text().encode()

    def principal(self, client_id: str = "") -> str:
        """The object id of an identity: always the same one for the same client id ("" is the system's own)."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._tenant}/{client_id.lower()}"))

    def mint(self, audience: str, client_id: str = "") -> tuple[str, int]:
        """A token for a resource, and when it expires in seconds since the epoch."""
        now = int(time.time())
        claims = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{self._tenant}/",
            "iat": now - 60,
            "nbf": now - 60,
            "exp": now + LIFETIME_SECONDS,
            "appid": client_id or self.principal(client_id),
            "oid": self.principal(client_id),
            "sub": self.principal(client_id),
            "tid": self._tenant,
            "ver": "1.0",
        }
        head = _pack(json.dumps({"typ": "JWT", "alg": "HS256"}).encode())
        signed = f"{head}.{_pack(json.dumps(claims).encode())}"
        return f"{signed}.{self._signature(signed)}", now + LIFETIME_SECONDS

    def check(self, authorization: str | None, audiences: set[str]) -> dict[str, Any]:
        """The claims of a bearer token in an `Authorization` header.

        Raises:
            InvalidToken: missing, forged, expired, or made for another resource.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or token.count(".") != 2:
            raise InvalidToken("The 'Authorization' header is missing or invalid.")
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature, self._signature(signed)):
            raise InvalidToken("The token's signature is invalid.")
        claims: dict[str, Any] = json.loads(_unpack(signed.split(".")[1]))
        if claims["exp"] + _CLOCK_SKEW_SECONDS < time.time():
            raise InvalidToken("The access token expiry is in the past.")
        if claims["aud"].rstrip("/").lower() not in audiences:
            raise InvalidToken(f"The access token has been obtained for the wrong audience or resource '{claims['aud']}'.")
        return claims

    def _signature(self, signed: str) -> str:
        return _pack(hmac.new(self._key, signed.encode(), hashlib.sha256).digest())
