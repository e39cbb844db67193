"""What OpenAPI says of each door beyond what its registration says already: bodies, parameters, answers, problems.

Lives here: a table by the name of the door's function. Never here: routes, methods, keys, words; those are read from the doors.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Schema = dict[str, Any]
Security = Literal["open", "key", "signed-in", "event", "teams"]

TEXT: Schema = {"type": "string", "maxLength": 500}
NAMED: Schema = {"type": "string", "minLength": 1, "maxLength": 500, "pattern": r"\S"}
COUNT: Schema = {"type": "integer", "minimum": 0, "default": 0}
RUN: Schema = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{1,62}[a-z0-9]$"}
PLAN: Schema = {"$ref": "#/components/schemas/Plan"}
DECISION: Schema = {"type": "string", "enum": ["approve", "reject"]}
HTML, MARKDOWN, JSON, FORM = "text/html", "text/markdown", "application/json", "application/x-www-form-urlencoded"
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Entry:
    """One door.

    Args:
        status: of its answer when all is well.
        answers: schema of that answer by media type.
        problems: statuses of its problems, beside 500 and 503, which every door may give, and 401, which a key's absence gives.
        takes: schema of each field of its body; nothing for a door without a body.
        needs: fields that must be there.
        form: whether the body is a form instead of JSON.
        query: parameters after `?`.
        security: how it is opened, where it is open to the host; otherwise a key opens it.
        etag: whether it answers 304 to who has the document already.
        repeats: whether it reads `Idempotency-Key`.
        refuses: media type of its problems.
    """

    status: int = 200
    answers: dict[str, Schema] = field(default_factory=dict)
    problems: tuple[int, ...] = ()
    takes: dict[str, Schema] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    form: bool = False
    query: dict[str, Schema] = field(default_factory=dict)
    security: Security = "open"
    etag: bool = False
    repeats: bool = False
    refuses: str = PROBLEM


def _json(*required: str, **known: Schema) -> dict[str, Schema]:
    """A JSON object that has these fields."""
    properties: Schema = {name: {} for name in required} | known
    return {JSON: {"type": "object", "required": list(properties), "properties": properties}}


_SUMMARY = ("run", "workload", "wave", "strategy", "state", "why", "started", "updated", "ended")
_LIST: Schema = {"type": "array", "items": {"type": "object"}}
_CELL: Schema = {"type": "object", "required": ["step", "mode"], "properties": {"step": NAMED, "mode": NAMED}}
_CELLS: Schema = {"type": "array", "items": _CELL, "minItems": 1, "maxItems": 400}
_STATUS = _json(
    *_SUMMARY,
    *("phase", "plan_hash", "runbook_hash", "code_version", "asked", "weight", "downtime_seconds", "downtime_runs", "window"),
    *("exceptions", "replication", "metrics", "series", "waiting_for", "promotable", "links"),
    steps=_LIST,
    leftovers=_LIST,
)
_WORD = {"decision": DECISION, "runbook_hash": NAMED, "reason": TEXT, "accept_exceptions": COUNT}
_TAKEN = _json("run", "gate", "decision", "by", "decided", "missing")
_WISH = {"by": NAMED, "reason": TEXT}
_OF_A_RUN = (400, 403, 404, 409)
_REFUSALS = (400, 401, 403, 404, 409)
_CONTROL = Entry(202, _json("run", "action", "by"), _OF_A_RUN, _WISH, ("by",))
_PAGE = Entry(200, {HTML: {"type": "string"}}, (), etag=True)
_CONFIDENCE = _json("workload", "strategy")

_MANUAL: dict[str, Schema] = {MARKDOWN: {"type": "string"}, HTML: {"type": "string"}}
_AS_PAGE: dict[str, Schema] = {"format": {"type": "string", "enum": ["html"]}}

ENTRIES: dict[str, Entry] = {
    "start_migration": Entry(
        202,
        _json(*_SUMMARY, "runbook_hash", "status_url", "links", "durable"),
        (400, 403, 409, 422),
        {"plan": PLAN, "run": RUN, "by": TEXT},
        ("plan",),
        repeats=True,
    ),
    "list_migrations": Entry(
        200,
        _json("next", migrations=_LIST, waves=_LIST),
        query={"workload": {"type": "string"}, "wave": {"type": "string"}},
        etag=True,
    ),
    "migration_status": Entry(200, _STATUS, (404,), etag=True),
    "migration_events": Entry(200, _json("run", events=_LIST), (404,), etag=True),
    "run_manual": Entry(200, _MANUAL, (404,), query=_AS_PAGE),
    "run_report": Entry(
        200,
        {MARKDOWN: {"type": "string"}, **_json("run")},
        (404,),
        query={"format": {"type": "string", "enum": ["json"]}},
    ),
    "approve": Entry(202, _TAKEN, _OF_A_RUN, _WORD | {"by": NAMED}, ("decision", "by", "runbook_hash")),
    "make_links": Entry(
        201,
        _json("run", "gate", links=_LIST),
        _OF_A_RUN,
        {"by": NAMED, "for": TEXT, "minutes": {"type": "integer", "minimum": 1, "maximum": 10080, "default": 1440}},
        ("by",),
    ),
    "show_gate": Entry(200, {HTML: {"type": "string"}}, (401, 403, 404, 409), refuses=HTML),
    "decide_by_link": Entry(
        200,
        {HTML: {"type": "string"}},
        _REFUSALS,
        {"decision": DECISION, "reason": TEXT, "accept_exceptions": COUNT},
        ("decision",),
        form=True,
        refuses=HTML,
    ),
    "decide_signed_in": Entry(202, _TAKEN, _REFUSALS, _WORD, ("decision", "runbook_hash"), security="signed-in"),
    "sign_off": Entry(
        202,
        _json("decision", "by", "plan_hash", "runbook_hash", "decided", "missing"),
        (400, 403, 409, 422),
        {"plan": PLAN, "decision": DECISION, "by": NAMED, "runbook_hash": NAMED, "reason": TEXT},
        ("plan", "decision", "by", "runbook_hash"),
    ),
    "list_exceptions": Entry(200, _json("run", exceptions=_LIST), (404,)),
    "accept_exception": Entry(200, _json("run", "exception"), _OF_A_RUN, _WISH, ("by", "reason")),
    "signed_event": Entry(
        202,
        _json("run", "by"),
        _REFUSALS,
        _WORD | {"by": NAMED, "data": {"type": "object", "description": "The same fields, in a CloudEvent."}},
        security="event",
    ),
    "teams_message": Entry(
        200, _json("type", "text"), (401,), {"text": {"type": "string"}, "from": {"type": "object"}}, security="teams"
    ),
    "pause": _CONTROL,
    "resume": _CONTROL,
    "abort": _CONTROL,
    "promote": Entry(202, _json("run", "action", "by", "step"), _OF_A_RUN, _WISH, ("by", "reason")),
    "retry": _CONTROL,
    "begin_rehearsal": Entry(
        202,
        _json("run", "state", "links", cells=_LIST),
        (400, 403, 409, 422),
        {"plan": PLAN, "cells": _CELLS, "run": RUN, "by": TEXT},
        ("plan", "cells"),
        repeats=True,
    ),
    "list_rehearsals": Entry(
        200, _json(rehearsals=_LIST), (400, 404), query={"workload": {"type": "string"}, "run": {"type": "string"}}
    ),
    "lift_failure": Entry(202, _json("run", "action", "by"), (400, 404, 409), {"by": NAMED}, ("by",)),
    "cells_of_plan": Entry(200, _CONFIDENCE, (400, 422), {"plan": PLAN}, ("plan",)),
    "confidence_of_workload": Entry(
        200, _CONFIDENCE, (400, 404), query={"workload": {"type": "string"}, "strategy": {"type": "string"}}
    ),
    "validate_plan": Entry(
        200,
        _json("valid", "workload", "strategy", "lines", "plan_hash", "runbook_hash", sinks=_LIST),
        (400, 422),
        {"plan": PLAN},
        ("plan",),
    ),
    "plan_manual": Entry(200, _MANUAL, (400, 422), {"plan": PLAN}, ("plan",), query=_AS_PAGE),
    "try_notices": Entry(200, _json("reached", sinks=_LIST), (400, 422), {"plan": PLAN}, ("plan",)),
    "list_page": _PAGE,
    "run_page": _PAGE,
    "asset": Entry(
        200,
        {kind: {"type": "string"} for kind in ("text/css", HTML, "text/javascript", "image/svg+xml", "text/plain")},
        (404,),
        etag=True,
    ),
    "openapi": Entry(200, _json("openapi", "info", "paths", "components")),
}
"""By the name of the door's function."""
