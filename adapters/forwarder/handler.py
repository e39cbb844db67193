"""What Lambda calls: an HTTP request is asked of Azure as it came, any other event is posted there as JSON.

Never here: a decision about who is forwarded; that is the alias's. Errors of other events are raised, so that AWS tries again
by the rules of the trigger (a queue's visibility and dead letters, the retries of asynchronous calls).
"""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from adapters.forwarder.http_events import is_http, to_problem, to_request, to_result
from adapters.forwarder.sending import Headers, NoAnswer, Request, send

TARGET, EVENTS, KEY_SECRET = "FORWARD_TO", "FORWARD_EVENTS_TO", "FORWARD_KEY_SECRET"
"""Environment variables: base URL, address for events, name of the secret with the function key."""
_MARGIN = 0.5
"""Seconds that are kept back for the answer of this function itself."""
_KEY_SECONDS = 300.0


class Context(Protocol):
    """What is used of Lambda's context object."""

    aws_request_id: str
    invoked_function_arn: str

    def get_remaining_time_in_millis(self) -> int: ...


class ForwardFailed(Exception):
    """An event could not be handed over; Lambda reports it as the function's error."""


@dataclass
class Forwarder:
    """Forwards by the settings of an environment; the key is read when it is first needed, and every five minutes."""

    settings: Mapping[str, str]
    key: str = ""
    read: float = 0.0

    def __call__(self, event: Any, context: Context) -> Any:
        """The answer of Azure in the form that the caller of the function expects.

        Raises:
            ForwardFailed: an event that is no HTTP request was not taken.
        """
        seconds = max(context.get_remaining_time_in_millis() / 1000 - _MARGIN, _MARGIN)
        if not is_http(event):
            return self._event(event, context, seconds)
        request = to_request(event)
        headers = [pair for pair in request.headers if not (self._keyed() and pair[0] == "x-functions-key")]
        asked = Request(request.method, request.path, headers + self._keyed(), request.body)
        try:
            return to_result(event, send(self.settings[TARGET], asked, seconds))
        except NoAnswer as problem:
            print(json.dumps({"forwarder": str(problem), "status": problem.status}))
            return to_problem(event, problem)

    def _event(self, event: Any, context: Context, seconds: float) -> Any:
        address = self.settings.get(EVENTS, "")
        if not address:
            raise ForwardFailed("this function takes HTTP requests only: the plan has no traffic.events")
        scheme, _, rest = address.partition("://")
        host, slash, path = rest.partition("/")
        about = [
            ("content-type", "application/json"),
            ("x-forwarded-function", context.invoked_function_arn),
            ("x-forwarded-request-id", context.aws_request_id),
        ]
        request = Request("POST", slash + path or "/", about + self._keyed(), json.dumps(event).encode())
        try:
            answer = send(f"{scheme}://{host}", request, seconds)
        except NoAnswer as problem:
            raise ForwardFailed(str(problem)) from problem
        if answer.status >= 300:
            raise ForwardFailed(f"the target answered {answer.status}")
        return json.loads(answer.body) if answer.body else None

    def _keyed(self) -> Headers:
        """The header with the function key, if there is to be one."""
        name = self.settings.get(KEY_SECRET, "")
        if not name:
            return []
        if not self.key or time.monotonic() - self.read > _KEY_SECONDS:
            import boto3  # in Lambda's runtime; a forwarder without a key does not need it

            self.key = str(boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
            self.read = time.monotonic()
        return [("x-functions-key", self.key)]


handler = Forwarder(os.environ)
"""The entry point."""
