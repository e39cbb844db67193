"""A credential for tests of signing in: no token of it opens anything."""

from typing import Any

from azure.core.credentials import AccessToken


class Identity:
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.asked += scopes
        return AccessToken("header.payload.signature", 2**31)
