"""Listing and purging durable instances by filter, and the shape in which the HTTP API shows an instance.

Lives here: filters, paging, that shape. Never here: operations on one instance (`management.py`).
Source: https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api
"""

from datetime import UTC, datetime
from typing import Any

import azure.durable_functions as df
from durabletask.client import OrchestrationQuery, OrchestrationStatus
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

_CONTINUATION = "x-ms-continuation-token"
_STATUSES = {
    "running": OrchestrationStatus.RUNNING,
    "completed": OrchestrationStatus.COMPLETED,
    "continuedasnew": OrchestrationStatus.CONTINUED_AS_NEW,
    "failed": OrchestrationStatus.FAILED,
    "terminated": OrchestrationStatus.TERMINATED,
    "pending": OrchestrationStatus.PENDING,
    "suspended": OrchestrationStatus.SUSPENDED,
}
_SHOWN = ("name", "instanceId", "runtimeStatus", "input", "customStatus", "output", "createdTime", "lastUpdatedTime")


class BadQuery(ValueError):
    """A query parameter has a value that cannot be read; the message says which."""


def wants(request: Request, name: str, *, default: bool) -> bool:
    """A boolean query parameter."""
    given = request.query_params.get(name)
    return default if given is None else given.lower() == "true"


def described(status: df.DurableOrchestrationStatus) -> dict[str, Any]:
    """The instance as the HTTP API shows it: absent payloads are null, times are to the second."""
    known = status.to_json()
    shown = {name: known.get(name) for name in _SHOWN}
    for name in ("createdTime", "lastUpdatedTime"):
        shown[name] = str(shown[name])[:19] + "Z"
    if "historyEvents" in known:
        shown["historyEvents"] = known["historyEvents"]
    return shown


class InstanceQueries:
    """`GET` and `DELETE` on /instances."""

    def __init__(self, client: df.DurableFunctionsClient) -> None:
        self._client = client

    async def list(self, request: Request) -> Response:
        """The instances that the filters let through, oldest first, `top` at a time."""
        try:
            query = _query(request)
            top = int(request.query_params.get("top", 100))
            start = int(request.headers.get(_CONTINUATION) or 0)
        except ValueError as error:
            return JSONResponse({"Message": str(error)}, 400)
        states = await self._client.get_all_orchestration_states(query)
        page = states[start : start + top] if top > 0 else states[start:]
        show_input = wants(request, "showInput", default=True)
        statuses = [df.DurableOrchestrationStatus.from_orchestration_state(it, include_input=show_input) for it in page]
        more = start + len(page) < len(states)
        headers = {_CONTINUATION: str(start + len(page))} if more else {}
        return JSONResponse([described(status) for status in statuses], headers=headers)

    async def purge(self, request: Request) -> Response:
        """Remove the ended instances that the filters let through; 404 when there is none."""
        try:
            query = _query(request)
        except ValueError as error:
            return JSONResponse({"Message": str(error)}, 400)
        purged = await self._client.purge_orchestrations_by(
            query.created_time_from, query.created_time_to, query.runtime_status
        )
        if not purged.deleted_instance_count:
            return Response(status_code=404)
        return JSONResponse({"instancesDeleted": purged.deleted_instance_count})


def _query(request: Request) -> OrchestrationQuery:
    given = request.query_params
    return OrchestrationQuery(
        created_time_from=_moment(given.get("createdTimeFrom")),
        created_time_to=_moment(given.get("createdTimeTo")),
        runtime_status=[_status(name) for name in given.get("runtimeStatus", "").split(",") if name] or None,
        instance_id_prefix=given.get("instanceIdPrefix"),
        fetch_inputs_and_outputs=True,
    )


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadQuery(f"'{text}' is not a time; write it like 2026-01-31T23:59:59Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _status(name: str) -> OrchestrationStatus:
    try:
        return _STATUSES[name.strip().lower()]
    except KeyError as error:
        raise BadQuery(f"'{name}' is not a runtime status; use one of {', '.join(_STATUSES)}") from error
