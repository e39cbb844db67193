"""Secrets that a test plants where secrets belong, so that it can look for them everywhere else.

Lives here: planting, and a receiver of notices. Never here: looking (proofs.py).
"""

import base64
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import boto3

Json = dict[str, Any]
KEYS = ("DAYZERO_LINK_KEYS", "DAYZERO_EVENT_KEYS", "DAYZERO_TEAMS_KEYS", "DAYZERO_NOTICE_KEYS")
NOTICES: list[Json] = [
    {"name": "war-room", "kind": "teams-workflow", "url_setting": "DAYZERO_NOTICE_TEAMS", "links_for": ["Lena Lead"]},
    {
        "name": "pager",
        "kind": "webhook",
        "url_setting": "DAYZERO_NOTICE_PAGER",
        "signing_setting": "DAYZERO_NOTICE_KEYS",
    },
]
"""Sinks for a plan; their addresses and keys are settings of the agent."""


class Canaries:
    """Settings of an agent that are full of canaries, and the sinks behind them. A context manager; `got` is what was sent."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self._raw = {name: f"CANARY-{name}-{secrets.token_hex(16)}" for name in KEYS}
        self._tails = {name: f"CANARY-{secrets.token_hex(16)}" for name in ("DAYZERO_NOTICE_TEAMS", "DAYZERO_NOTICE_PAGER")}
        self._variable = f"CANARY-{secrets.token_hex(16)}"
        got = self.got

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                headers = json.dumps(dict(self.headers.items()))
                got.append(headers + self.rfile.read(int(self.headers.get("content-length", 0))).decode())
                self.send_response(202)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def settings(self) -> dict[str, str]:
        """For the agent."""
        base = f"http://127.0.0.1:{self._server.server_port}/invoke?sig="
        made = {name: f"k1:{_encoded(raw)}" for name, raw in self._raw.items()}
        return made | {name: base + tail for name, tail in self._tails.items()}

    def in_the_environment_of(self, function: str) -> None:
        """Give a Lambda function a variable with a secret value, as people do who should not."""
        client = boto3.client("lambda")
        known = client.get_function_configuration(FunctionName=function).get("Environment", {}).get("Variables", {})
        client.update_function_configuration(
            FunctionName=function, Environment={"Variables": known | {"LEGACY_TOKEN": self._variable}}
        )
        client.get_waiter("function_updated_v2").wait(FunctionName=function)

    def secrets(self) -> list[str]:
        """Every planted secret, as it is and as a setting writes it."""
        return [*self._raw.values(), *map(_encoded, self._raw.values()), *self._tails.values(), self._variable]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def keys_of(agent: Path) -> list[str]:
    """All keys of the agent's host: of its doors, the master key, and that of Durable's own endpoints."""
    kept = json.loads((agent / "keys.json").read_text())
    return [kept["masterKey"], *kept["functionKeys"].values(), *kept["systemKeys"].values()]


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
