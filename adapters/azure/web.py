"""Plain HTTP requests, as clients send them. Never here: a credential, a retry, an opinion about the answer."""

import hashlib
import json
import logging
import ssl
import time
from functools import cached_property

import httpx

from adapters.records import Answer

TIMEOUT_SECONDS = 10.0
_LARGEST = 1024 * 1024
logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log every address, and some are secrets


class HttpWeb:
    """Asks over a new connection each time, so that a change of DNS is seen at once and no cookie sticks to one side."""

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """The system's certificates, or those of SSL_CERT_FILE; kept, for reading them takes milliseconds."""
        return ssl.create_default_context()

    def ask(self, method: str, url: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        """One request; what is not JSON, or larger than 1 MiB, is read but not kept.

        Args:
            method: such as `GET`.
            url: absolute.
            body: None, bytes that are sent as they are, or what is sent as JSON.
            headers: besides those of any client.
        """
        began = time.monotonic()
        try:
            content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            sent = {"user-agent": "dayzero"} | ({} if body is None else {"content-type": "application/json"}) | (headers or {})
            with (
                httpx.Client(verify=self._trust, timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
                client.stream(method, url, content=content, headers=sent) as answer,
            ):
                text, size, sha256 = _read(answer, began + TIMEOUT_SECONDS)
                told = {name.lower(): value for name, value in answer.headers.items()}
                cookies = tuple(sorted(one.partition("=")[0].strip() for one in answer.headers.get_list("set-cookie")))
                seconds = time.monotonic() - began
                return Answer(answer.status_code, told, _json(text), seconds, "", size, sha256, cookies)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError, OSError) as error:
            return Answer(0, seconds=time.monotonic() - began, error=f"{type(error).__name__}: {error}")


def _read(answer: httpx.Response, deadline: float) -> tuple[bytes, int, str]:
    """What is kept, and length and hash of all that came."""
    kept, total, digest = bytearray(), 0, hashlib.sha256()
    for chunk in answer.iter_bytes():
        total += len(chunk)
        digest.update(chunk)
        if total <= _LARGEST:
            kept += chunk
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout(f"the answer was not complete after {TIMEOUT_SECONDS:.0f} s")
    return bytes(kept), total, digest.hexdigest()


def _json(text: bytes) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
