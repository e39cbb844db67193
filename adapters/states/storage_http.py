"""HTTP to Azure Storage with a bearer token and connections that are kept: what the SDKs do, at a fraction of their CPU time.

Bulk copies are bound by the client's CPU (an SDK call costs about a millisecond, a 100-entity transaction 34), so their few
operations are written out here. Never here: what the operations mean.
"""

import time
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import IO, Any
from urllib.parse import urlsplit

import urllib3
from azure.core.credentials import AccessToken, TokenCredential

from adapters.azure.errors import answered, azure_errors
from adapters.errors import AdapterError

SCOPE = "https://storage.azure.com/.default"
VERSION = "2021-12-02"
"""REST version; all that is used here is in it."""
CONNECTIONS = 32
_RENEW_SECONDS = 300
_BUSY = (429, 500, 502, 503, 504)
_TIMEOUT = urllib3.Timeout(connect=5, read=60)

Body = bytes | IO[bytes] | Iterable[bytes] | None


class StorageHttp:
    """A pool of connections to one storage service; safe for concurrent use.

    Args:
        endpoint: URL of the service, such as `https://account.table.core.windows.net`.
        credential: asked for a token when there is none or it ends within five minutes.
        resource: how errors name what is asked: `table orders`.
    """

    def __init__(self, endpoint: str, credential: TokenCredential, resource: str) -> None:
        parts = urlsplit(endpoint.rstrip("/"))
        if parts.scheme != "https":
            raise AdapterError("invalid", f"{resource}: {endpoint} is not https", "Give the https URL of the storage service.")
        self.resource, self.base, self.path = resource, f"https://{parts.netloc}", parts.path
        self._credential = credential
        self._pool = urllib3.HTTPSConnectionPool(
            parts.hostname or "", parts.port or 443, maxsize=CONNECTIONS, block=True, timeout=_TIMEOUT
        )
        self._lock = Lock()
        self._token: AccessToken | None = None

    def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Body = None,
        good: tuple[int, ...] = (200, 201, 202, 204),
        repeat: bool = True,
        stream: bool = False,
        **options: Any,
    ) -> urllib3.BaseHTTPResponse:
        """Send one request.

        Args:
            path: what follows the endpoint: begins with `/`, already quoted, with its query.
            good: statuses that are returned; all others raise.
            repeat: whether it may be sent again after a failure (five times, slower each time).
            stream: leave the answer's body unread; the caller must read or release it.

        Raises:
            AdapterError: an answer that is not in `good`, or none.
        """
        retry = urllib3.Retry(
            total=5 if repeat else 0, backoff_factor=0.2, status_forcelist=_BUSY if repeat else (), allowed_methods=None,
            raise_on_status=False, redirect=0,
        )  # fmt: skip
        sent = {
            "authorization": f"Bearer {self._bearer()}",
            "x-ms-version": VERSION,
            "x-ms-date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()),
        } | dict(headers or {})
        try:
            response = self._pool.urlopen(
                method, self.path + path, body=body, headers=sent, retries=retry, preload_content=not stream, **options
            )
        except urllib3.exceptions.HTTPError as error:
            raise AdapterError(
                "unreachable",
                f"{self.resource}: no answer ({type(error).__name__})",
                "Check the network and the endpoint in the plan.",
            ) from error
        if response.status not in good:
            words = response.data[:500].decode(errors="replace")
            code = response.headers.get("x-ms-error-code") or " ".join(words.split())
            raise answered(self.resource, response.status, code)
        return response

    def _bearer(self) -> str:
        with self._lock:
            if self._token is None or self._token.expires_on - time.time() < _RENEW_SECONDS:
                with azure_errors(f"a token for {self.resource}"):
                    self._token = self._credential.get_token(SCOPE)
            return self._token.token
