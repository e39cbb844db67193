"""A way to the doors without a host: real requests, and a durable client that writes down what it is asked.

Lives here: the calling of a registered function. Never here: what a test expects.
"""

import asyncio
import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import azure.functions as func
from durabletask.client import OrchestrationStatus

Json = dict[str, Any]
HOST = "https://agent.example.com"
KEY = "the-function-key"


@dataclass
class Durable:
    """What a door uses of the durable client. `broken` makes every call fail, as an agent without its backend does."""

    started: list[Json] = field(default_factory=list)
    raised: list[tuple[str, str, Any]] = field(default_factory=list)
    living: dict[str, OrchestrationStatus] = field(default_factory=dict)
    broken: bool = False

    def get_orchestration_state(self, instance_id: str, **_how: bool) -> SimpleNamespace | None:
        self._works()
        status = self.living.get(instance_id)
        return SimpleNamespace(runtime_status=status) if status is not None else None

    def schedule_new_orchestration(self, orchestrator: str, *, input: Any, instance_id: str) -> str:
        self._works()
        json.dumps(input)  # what is sent must be JSON
        self.started.append({"name": orchestrator, "input": input, "id": instance_id})
        self.living[instance_id] = OrchestrationStatus.RUNNING
        return instance_id

    def raise_orchestration_event(self, instance_id: str, event_name: str, *, data: Any = None) -> None:
        self._works()
        self.raised.append((instance_id, event_name, data))

    def create_http_management_payload(self, _request: func.HttpRequest, instance_id: str) -> dict[str, str]:
        base = f"{HOST}/runtime/webhooks/durabletask/instances/{instance_id}"
        return {"id": instance_id, "statusQueryGetUri": base, "terminatePostUri": f"{base}/terminate"}

    def _works(self) -> None:
        if self.broken:
            raise ConnectionError("the backend does not answer")


def request(method: str, path: str, body: Any = None, *, headers: Json | None = None, **route: str) -> func.HttpRequest:
    """A request as the host hands it over; a body that is no bytes is sent as JSON. Parameters after `?` are read."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    params = dict(pair.split("=", 1) for pair in path.partition("?")[2].split("&") if pair)
    keyed = {"x-functions-key": KEY, **(headers or {})}
    return func.HttpRequest(method, f"{HOST}/api/{path}", headers=keyed, params=params, route_params=route, body=content)


def ask(door: Any, req: func.HttpRequest, client: Durable | None = None) -> func.HttpResponse:
    """Call the function that stands behind a registered door."""
    registered = door._function.get_user_function()
    plain = getattr(registered, "client_function", registered)  # without the host's way to a real client
    answer = plain(req) if client is None else plain(req, client)
    found: func.HttpResponse = asyncio.run(answer) if asyncio.iscoroutine(answer) else answer
    return found


def read(answer: func.HttpResponse) -> Json:
    """The JSON of an answer."""
    found: Json = json.loads(answer.get_body())
    return found


def problem(answer: func.HttpResponse) -> Json:
    """The problem document of an answer, which it must be, with a mend."""
    assert answer.mimetype == "application/problem+json"
    found = read(answer)
    assert found["status"] == answer.status_code
    assert found["type"] == f"urn:dayzero:problem:{found['title'].lower().replace(' ', '-')}"
    assert found["detail"]
    assert found["mend"]
    return found
