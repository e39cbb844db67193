"""The door to the OpenAPI document of all doors, made from their registrations, the plan's model and the table of entries.

Lives here: putting these together. Never here: a door's own entry (entries.py).
Source: spec.openapis.org, OpenAPI 3.1.
"""

import re
from functools import cache
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from api.control import bp as control
from api.dashboard import bp as dashboard
from api.decisions import bp as decisions
from api.documents import bp as documents
from api.entries import ENTRIES, FORM, HTML, JSON, PROBLEM, RUN, Entry, Schema
from api.events import bp as events
from api.exceptions import bp as exceptions
from api.migrations import bp as migrations
from api.notices import bp as notices
from api.problems import answer, door
from api.rehearsals import bp as rehearsals
from api.sign_offs import bp as sign_offs
from api.signed_in import people_sign_in, twins
from api.start import code_version
from api.teams import bp as teams
from approvals.signatures import HEADER
from plan.schema import model_schema

bp = df.Blueprint()
_SECURITY: dict[str, list[Schema]] = {
    "open": [],
    "key": [{"functionKey": []}, {"functionKeyInQuery": []}],
    "signed-in": [{"signedIn": []}],
    "event": [{"signature": []}],
    "teams": [{"teams": []}],
}
_SCHEMES: Schema = {
    "functionKey": {"type": "apiKey", "in": "header", "name": "x-functions-key"},
    "functionKeyInQuery": {"type": "apiKey", "in": "query", "name": "code"},
    "signedIn": {"type": "apiKey", "in": "header", "name": "X-MS-CLIENT-PRINCIPAL", "description": "Set by the platform."},
    "signature": {"type": "apiKey", "in": "header", "name": HEADER, "description": "HMAC-SHA256; see docs/approvals.md."},
    "teams": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "HMAC of a Teams outgoing webhook."},
}
_PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457; `mend` says what to do.",
    "required": ["type", "title", "status", "detail", "mend"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail", "mend")},
        "status": {"type": "integer"},
        "problems": {"type": "array", "items": {"type": "object"}, "description": "Of a plan that is invalid."},
        "run": {"type": "string"},
    },
}
_WHEN = {
    400: "The request is not as described.",
    401: "No key, or an identity or a signature that does not count; for a missing key without a document.",
    403: "Not this person, or not by this channel.",
    404: "It does not exist.",
    409: "Not now: `detail` says why.",
    422: "The plan cannot be run.",
    500: "Something unforeseen.",
    503: "The ledger or keys cannot be reached.",
}


@bp.route(route="openapi.json", methods=["GET"])
@door
def openapi(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the host passes it by name
    """This document: every door in OpenAPI 3.1."""
    return answer(document())


@cache
def document() -> Schema:
    """The document; it is the same for as long as the process runs.

    Raises:
        KeyError: a door has no entry.
    """
    doors = [
        migrations,
        rehearsals,
        control,
        decisions,
        sign_offs,
        events,
        teams,
        exceptions,
        documents,
        notices,
        dashboard,
        bp,
    ]
    if people_sign_in():
        doors.append(twins((migrations, control, documents, sign_offs)))
    plan = model_schema("#/components/schemas/{model}")
    parts = {**plan.pop("$defs"), "Plan": plan, "Problem": _PROBLEM}
    paths: dict[str, Schema] = {}
    for blueprint in doors:
        for trigger, function in _listed(blueprint):
            for method in trigger.methods:
                word = str(getattr(method, "value", method)).lower()
                paths.setdefault(f"/{trigger.route}", {})[word] = _operation(trigger, function)
    return {
        "openapi": "3.1.0",
        "info": {"title": "dayzero", "version": code_version(), "description": "Doors of the agent; see docs/http.md."},
        "servers": [{"url": "/api"}],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": parts, "securitySchemes": _SCHEMES},
    }


def _listed(blueprint: df.Blueprint) -> list[tuple[Any, Any]]:
    """Trigger and function of each door of a blueprint; Durable adds functions of its own that are none."""
    app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
    app.register_functions(blueprint)
    found: list[tuple[Any, Any]] = [(function.get_trigger(), function) for function in app.get_functions()]
    return [(trigger, function) for trigger, function in found if trigger.get_binding_name() == "httpTrigger"]


def _operation(trigger: Any, function: Any) -> Schema:
    name = function.get_function_name()
    entry = ENTRIES[name.removeprefix("signed_in_")]
    security = "key" if trigger.auth_level == func.AuthLevel.FUNCTION else entry.security
    if name.startswith("signed_in_"):
        security = "signed-in"
    handler = function.get_user_function()
    words = (getattr(handler, "client_function", handler).__doc__ or "").strip()
    operation: Schema = {
        "operationId": name,
        "summary": words.partition("\n")[0],
        "parameters": _parameters(trigger.route, entry),
        "responses": _responses(entry, security),
        "security": _SECURITY[security],
    }
    if entry.takes:
        schema = {"type": "object", "properties": entry.takes, "required": list(entry.needs)}
        operation["requestBody"] = {"required": True, "content": {FORM if entry.form else JSON: {"schema": schema}}}
    return operation


def _parameters(route: str, entry: Entry) -> list[Schema]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": RUN if name == "run" else {"type": "string", "minLength": 1}}
        for name in re.findall(r"\{(\w+)\}", route)
    ]
    found += [{"name": name, "in": "query", "schema": schema} for name, schema in entry.query.items()]
    headers = [name for name, read in (("Idempotency-Key", entry.repeats), ("If-None-Match", entry.etag)) if read]
    return found + [{"name": name, "in": "header", "schema": {"type": "string"}} for name in headers]


def _responses(entry: Entry, security: str) -> Schema:
    content = {kind: {"schema": schema} for kind, schema in entry.answers.items()}
    known: Schema = {str(entry.status): {"description": "Done, or taken in.", "content": content}}
    if entry.etag:
        known["304"] = {"description": "Nothing has changed."}
    locked = {400, 401, 403} if security == "signed-in" else {401} if security != "open" else set()
    of_problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    page = {HTML: {"schema": {"type": "string"}}} if entry.refuses == HTML else {}
    for status in sorted({*entry.problems, *locked, 500, 503}):
        known[str(status)] = {"description": _WHEN[status], "content": of_problem | page}
    return known
