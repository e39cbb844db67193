"""The doors again, below `signed-in/`, for browsers of people whom App Service authentication has signed in: they need no key.

Lives here: who is let through to them. Never here: what a door does; each is one that the key opens, with the same refusals.
They exist only where the setting DAYZERO_SIGN_IN is `app-service` and the platform says that its authentication is on.
"""

import inspect
import os
from collections.abc import Iterable
from functools import wraps
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from api.problems import door, waiting_door
from approvals.errors import NotAllowed
from approvals.identity import behind_authentication, principal

PREFIX = "signed-in/"
PAGES_USE = {"list_migrations", "migration_status", "migration_events", "run_manual", "run_report"}
PAGES_USE |= {"pause", "resume", "abort", "promote", "retry", "sign_off"}
"""The doors that the dashboard asks, and that of a sign-off before there is a run; no others: the answer to a start, for
example, holds keys of Durable. Gates have a door for people who are signed in already, `decide/{run}/{gate}`."""


def people_sign_in() -> bool:
    """Whether browsers get in by signing in; the setting alone is not enough, somebody must do the signing in."""
    return os.environ.get("DAYZERO_SIGN_IN") == "app-service" and behind_authentication()


def twins(doors: Iterable[df.Blueprint]) -> df.Blueprint:
    """A door below `signed-in/` for each of these that the dashboard uses."""
    blueprint = df.Blueprint()
    for one in doors:
        listed = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
        listed.register_functions(one)
        for function in listed.get_functions():
            if (name := function.get_function_name()) in PAGES_USE:
                _add(blueprint, name, function.get_user_function(), function.get_trigger())
    return blueprint


def _add(blueprint: df.Blueprint, name: str, handler: Any, trigger: Any) -> None:
    for_client = hasattr(handler, "client_function")
    guarded = _guarded(handler.client_function if for_client else handler)
    guarded.__name__ = f"signed_in_{name}"
    bound = blueprint.durable_client_input(client_name="client")(guarded) if for_client else guarded
    blueprint.route(route=PREFIX + trigger.route, methods=trigger.methods, auth_level=func.AuthLevel.ANONYMOUS)(bound)


def _guarded(handler: Any) -> Any:
    """The same handler for those only who are signed in."""
    if inspect.iscoroutinefunction(handler):

        @wraps(handler)
        async def waiting(req: func.HttpRequest, *more: Any, **named: Any) -> func.HttpResponse:
            _admit(req)
            answer: func.HttpResponse = await handler(req, *more, **named)
            return answer

        return waiting_door(waiting)

    @wraps(handler)
    def plain(req: func.HttpRequest, *more: Any, **named: Any) -> func.HttpResponse:
        _admit(req)
        answer: func.HttpResponse = handler(req, *more, **named)
        return answer

    return door(plain)


def _admit(req: func.HttpRequest) -> None:
    """Nobody unknown, and nothing that a page of another site could make a signed-in browser send: a form, but not JSON.

    Raises:
        NotAllowed: 401 without an identity, or with one that does not count; 400 for a word that does not say it is JSON.
    """
    if principal(req.headers) is None:
        raise NotAllowed(401, "Nobody is signed in.", "Load the page again and sign in.")
    if req.method != "GET" and req.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise NotAllowed(400, "The body does not say that it is JSON.", "Send Content-Type: application/json.")
