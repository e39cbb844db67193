"""The agent's HTTP doors, as a client sees them.

Lives here: addresses, the function key, and what an error answer means. Never here: what is shown to people.
"""

from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx

from cli.exits import Exit
from cli.failures import Failure

Document = dict[str, Any]
TIMEOUT = httpx.Timeout(60, connect=10)
"""A function app may have to start first."""
SAFE_TO_REPEAT = 3
"""Tries of a request whose answer was lost on the way."""
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Doors:
    """A context manager around one HTTP connection. The key is sent as `x-functions-key` and shown nowhere.

    Raises:
        Failure: from every method, with the exit code that the answer stands for.
    """

    def __init__(self, url: str, key: str, timeout: httpx.Timeout = TIMEOUT) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
            raise Failure(
                Exit.USAGE,
                "The address of the agent is not a plain URL.",
                "Give --url or DAYZERO_URL like https://my-agent.azurewebsites.net",
            )
        if key and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise Failure(Exit.USAGE, f"The key would travel unencrypted to {parts.hostname}.", "Use an https:// address")
        if key and not (key.isascii() and key.isprintable()):
            raise Failure(Exit.USAGE, "The function key has characters that no key has.", "Copy it again, without line breaks")
        self._base = url.rstrip("/").removesuffix("/api")
        headers = {"x-functions-key": key} if key else {}
        self._client = httpx.Client(base_url=f"{self._base}/api/", headers=headers, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, *path: str, **query: str) -> Document:
        """The JSON document behind a door."""
        return self._document(self._send("GET", path, params=query))

    def text(self, *path: str, **query: str) -> str:
        """The text behind a door."""
        return self._send("GET", path, params=query).text

    def post(self, *path: str, body: object, repeat: str = "") -> Document:
        """Ask for something; with `repeat` (an Idempotency-Key) a lost answer is asked for again."""
        return self._document(self._post(path, body, repeat))

    def post_for_text(self, *path: str, body: object, **query: str) -> str:
        """Ask for something that is answered with text."""
        return self._post(path, body, "", query).text

    def _post(self, path: tuple[str, ...], body: object, repeat: str, query: dict[str, str] | None = None) -> httpx.Response:
        headers = {"Idempotency-Key": repeat} if repeat else {}
        for left in reversed(range(SAFE_TO_REPEAT if repeat else 1)):
            try:
                return self._send("POST", path, json=body, headers=headers, params=query or {})
            except Failure as failure:
                if failure.code != Exit.UNREACHABLE or not left:
                    raise
        raise AssertionError("the last try returns or raises")

    def _send(self, method: str, path: tuple[str, ...], **given: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, "/".join(quote(part, safe="") for part in path), **given)
        except httpx.HTTPError as error:
            what = f"{self._base} does not answer: {error or type(error).__name__}."
            mend = "Check --url or DAYZERO_URL, and that the agent runs; a migration that was started goes on by itself"
            raise Failure(Exit.UNREACHABLE, what, mend, passing=True) from None
        if answer.is_success:
            return answer
        raise _refusal(answer)

    def _document(self, answer: httpx.Response) -> Document:
        found = _json(answer)
        if found is None:
            mend = "Check that --url leads to the agent, and not to another site"
            raise Failure(Exit.REFUSED, f"{answer.request.url.path} did not answer with JSON.", mend)
        return found


def _refusal(answer: httpx.Response) -> Failure:
    """The failure that an error answer stands for; problem documents (RFC 9457) bring their own words."""
    problem: Mapping[str, Any] = _json(answer) or {}
    said = str(problem.get("detail") or problem.get("title") or "").strip()
    request = f"{answer.request.method} {answer.request.url.path}"
    what = said or f"The agent answered {answer.status_code} {answer.reason_phrase} to {request}."
    mend = str(problem.get("mend") or "")
    match answer.status_code:
        case 401 | 403:
            mend = mend or "Give the app's function key with DAYZERO_KEY or --key (Azure portal: function app, App keys)"
            return Failure(Exit.NOT_ALLOWED, said or "The agent did not accept the function key.", mend)
        case 404:
            return Failure(Exit.REFUSED, what, mend or "`dayzero list` shows the runs; check --url too")
        case 422:
            return Failure(Exit.USAGE, what, mend, list(problem.get("problems") or []))
        case status:
            return Failure(
                Exit.REFUSED, what, mend, list(problem.get("problems") or []), passing=status in (429, 500, 502, 503, 504)
            )


def _json(answer: httpx.Response) -> Document | None:
    try:
        found = answer.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
