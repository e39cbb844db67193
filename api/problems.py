"""Errors as problem documents (RFC 9457) that say what to do.

Lives here: the shape of an error, and which exception is which problem.
"""

import json
import logging
import traceback
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Any

import azure.functions as func

from approvals.errors import NotAllowed
from ledger.errors import LedgerRefused, LedgerUnavailable, RunUnknown, WorkloadBusy
from plan.problems import PlanError

_LOG = logging.getLogger("dayzero.api")


class Problem(Exception):
    """A request that cannot be answered as asked.

    Args:
        status: HTTP status.
        title: what kind of problem, the same for all of its kind.
        detail: what is wrong with this request.
        mend: what to do about it.
    """

    def __init__(self, status: int, title: str, detail: str, mend: str, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.document = {"type": f"urn:dayzero:problem:{title.lower().replace(' ', '-')}", "title": title, "status": status}
        self.document |= {"detail": detail, "mend": mend, **more}

    def response(self) -> func.HttpResponse:
        """The answer to send."""
        body = json.dumps(self.document)
        return func.HttpResponse(body, status_code=self.status, mimetype="application/problem+json")


Door = Callable[..., func.HttpResponse]
WaitingDoor = Callable[..., Awaitable[func.HttpResponse]]


def door(handler: Door) -> Door:
    """A handler whose exceptions become problem documents; anything unforeseen is logged by type only and answered with 500."""

    @wraps(handler)
    def guarded(*args: Any, **kwargs: Any) -> func.HttpResponse:
        try:
            return handler(*args, **kwargs)
        except Problem as problem:
            return problem.response()
        except Exception as error:
            return _translated(error).response()

    return guarded


def waiting_door(handler: WaitingDoor) -> WaitingDoor:
    """The same for a handler that waits without holding a thread."""

    @wraps(handler)
    async def guarded(*args: Any, **kwargs: Any) -> func.HttpResponse:
        try:
            return await handler(*args, **kwargs)
        except Problem as problem:
            return problem.response()
        except Exception as error:
            return _translated(error).response()

    return guarded


def _translated(error: Exception) -> Problem:
    match error:
        case RunUnknown():
            return Problem(404, "Run unknown", str(error), "Ask for the list of runs and use an id from it.")
        case WorkloadBusy():
            mend = "Wait for its end, or abort it, then start again."
            return Problem(409, "Workload busy", str(error), mend, run=error.run)
        case NotAllowed():
            return Problem(error.status, "Decision refused", str(error), error.mend)
        case PlanError():
            found = [finding.as_json() for finding in error.problems]
            mend = "Correct the plan where the problems say."
            return Problem(422, "Plan invalid", f"The plan has {len(found)} problem(s).", mend, problems=found)
        case LedgerUnavailable():
            return _without_ledger(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    _LOG.error("unforeseen %s in a door at %s:%s", type(error).__name__, Path(frame.filename).name, frame.lineno)
    return Problem(500, "Defect", f"unforeseen {type(error).__name__}", "Ask again; if it stays, report it with the time.")


def _without_ledger(error: LedgerUnavailable) -> Problem:
    mend = f"{error.MEND} Then ask again."
    if isinstance(error, LedgerRefused):
        return Problem(503, "Ledger refused", str(error), mend)
    return Problem(503, "Ledger unreachable", str(error), mend)


def json_body(request: func.HttpRequest) -> dict[str, Any]:
    """The request's JSON object.

    Raises:
        Problem: 400 when the body is no JSON object.
    """
    try:
        body = json.loads(request.get_body() or b"{}")
    except (ValueError, RecursionError) as error:  # a body of nothing but brackets is no JSON that anybody means
        raise Problem(400, "Body unreadable", f"The body is not JSON: {error}", "Send a JSON object.") from error
    if not isinstance(body, dict):
        raise Problem(400, "Body unreadable", "The body is not a JSON object.", "Send a JSON object.")
    return body


def text_field(body: dict[str, Any], name: str, *, required: bool = True, limit: int = 500) -> str:
    """A text field of a body.

    Raises:
        Problem: 400 when it is missing, no text, or too long.
    """
    value = body.get(name, "")
    if not isinstance(value, str) or (required and not value.strip()) or len(value) > limit:
        raise Problem(400, "Field invalid", f"Field {name!r} must be a text of 1 to {limit} characters.", f"Give {name!r}.")
    return value.strip()


def number_field(body: dict[str, Any], name: str) -> int:
    """A whole number of a body that is not below zero; 0 when it is missing.

    Raises:
        Problem: 400 when it is something else.
    """
    value = body.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        mend = f"Give {name!r}, or leave it out."
        raise Problem(400, "Field invalid", f"Field {name!r} must be a whole number, 0 or more.", mend)
    return value


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> func.HttpResponse:
    """A JSON answer."""
    return func.HttpResponse(json.dumps(body), status_code=status, mimetype="application/json", headers=headers)
