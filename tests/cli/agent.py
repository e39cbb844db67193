"""A small HTTP server that plays the agent's doors: it checks the key, remembers requests, and answers as it is told."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote, urlsplit

KEY = "the-function-key"
RUN = "orders-1"


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Any


@dataclass
class Agent:
    """A context manager around the server.

    Args:
        answers: by `METHOD /path`, the answers in turn as (status, document or text); the last one stays.
            A status of 0 drops the connection without an answer.
    """

    answers: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        agent = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                agent._serve(self)

            def do_POST(self) -> None:
                agent._serve(self)

            def log_message(self, *_: Any) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def requests(self, what: str) -> list[Asked]:
        """The requests to `METHOD /path`."""
        return [one for one in self.asked if f"{one.method} {one.path}" == what]

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        length = int(handler.headers.get("content-length") or 0)
        body = json.loads(handler.rfile.read(length)) if length else None
        path = unquote(parts.path)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.asked.append(Asked(handler.command, path, parts.query, headers, body))
        status, answer = self._answer(f"{handler.command} {path}", headers)
        if status == 0:
            handler.close_connection = True
            return
        text = answer if isinstance(answer, str) else json.dumps(answer)
        handler.send_response(status)
        handler.send_header("content-type", "text/markdown" if isinstance(answer, str) else "application/json")
        handler.send_header("content-length", str(len(text.encode())))
        handler.end_headers()
        handler.wfile.write(text.encode())

    def _answer(self, what: str, headers: dict[str, str]) -> tuple[int, Any]:
        if headers.get("x-functions-key") != KEY:
            return 401, {}
        answers = self.answers.get(what, [(404, {"title": "not found", "detail": f"There is nothing at {what}."})])
        return answers.pop(0) if len(answers) > 1 else answers[0]


def status(state: str = "running", **changes: Any) -> dict[str, Any]:
    """A status document with two steps, the second of them at work."""
    steps = [
        {"seq": 1, "name": "snapshot_source", "title": "Snapshot the source", "owner": "aws", "state": "done", "seconds": 1.5,
         "estimate_seconds": 5, "started": "2026-11-23T10:00:00+00:00", "ended": "2026-11-23T10:00:01+00:00",
         "waiting_for": None, "progress": None, "evidence": {}, "error": None},
        {"seq": 2, "name": "copy_state", "title": "Copy the state", "owner": "data", "state": "running", "seconds": None,
         "estimate_seconds": 60, "started": "2026-11-23T10:00:02+00:00", "ended": None, "waiting_for": None,
         "progress": {"done": 10, "total": 100, "unit": "entities"}, "evidence": {}, "error": None},
    ]  # fmt: skip
    document = {
        "run": RUN, "workload": "orders", "strategy": "planned-downtime", "state": state, "phase": "Copy", "weight": 0,
        "started": "2026-11-23T10:00:00+00:00", "updated": "2026-11-23T10:00:05+00:00", "ended": None, "plan_hash": "p" * 64,
        "runbook_hash": "r" * 64, "downtime_seconds": None, "window": None, "waiting_for": None, "steps": steps,
        "leftovers": [], "links": {},
    }  # fmt: skip
    return document | changes


def at_gate(gate: str, since: str = "2026-11-23T10:01:00+00:00") -> dict[str, Any]:
    """A run that waits for people."""
    waiting = {"what": f"approval of {gate}", "since": since, "gate": gate, "approvers": ["Lena Lead"]}
    return status("waiting", waiting_for=waiting)
