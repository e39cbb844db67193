"""The Teams stand-in and the agent's doors: a card arrives, its button leads to the page, a signed message decides."""

import base64
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import azure.functions as func
import httpx
import pytest

from activities import notify
from adapters.azure.web import HttpWeb
from api import decisions, teams
from approvals.keys import LINK_KEYS, TEAMS_KEYS
from ledger.ledger import Ledger
from local.processes import ROOT, Child, clean_environment, free_port
from tests.api.doors import Durable, ask
from tests.approvals.gates import LENA_ID, AtTheGate

TOKEN = base64.b64encode(b"t" * 32).decode()
SECRET = "CANARY-workflow-sig"


class Agent:
    """Three of the agent's doors behind a socket."""

    def __init__(self) -> None:
        self.durable = Durable()
        agent = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                agent.answer(self, b"")

            def do_POST(self) -> None:
                agent.answer(self, self.rfile.read(int(self.headers.get("content-length", 0))))

            def log_message(self, *_: Any) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        token = handler.path.rpartition("/")[2]
        method, headers = str(handler.command), dict(handler.headers.items())
        req = func.HttpRequest(method, self.url + handler.path, headers=headers, route_params={"token": token}, body=body)
        if handler.path == "/api/teams/messages":
            found = ask(teams.teams_message, req, self.durable)
        elif method == "POST":
            found = ask(decisions.decide_by_link, req, self.durable)
        else:
            found = ask(decisions.show_gate, req)
        handler.send_response(found.status_code)
        handler.send_header("content-type", str(found.mimetype))
        handler.end_headers()
        handler.wfile.write(found.get_body())


@pytest.fixture
def agent(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Iterator[Agent]:
    monkeypatch.setenv(TEAMS_KEYS, f"channel:{TOKEN}")
    monkeypatch.setenv(LINK_KEYS, f"k1:{base64.b64encode(b'l' * 32).decode()}")
    running = Agent()
    monkeypatch.setenv("DAYZERO_PUBLIC_URL", running.url)
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.fixture
def channel(agent: Agent, tmp_path: Path) -> Iterator[httpx.Client]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "local.teams", "--listen", str(port), "--agent", agent.url, "--token", TOKEN]
    command += ["--secret", SECRET, "--person", f"Lena={LENA_ID}", "--person", "Eve=00000000-0000-0000-0000-0000000000ee"]
    child = Child("teams", command, env=clean_environment(), log=tmp_path / "teams.log", cwd=ROOT)
    with child, httpx.Client(base_url=url, timeout=20, trust_env=False) as client:
        child.wait_until(f"{url}/posts")
        yield client


@pytest.fixture
def gate(ledger: Ledger, channel: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[AtTheGate]:
    for other in ledger.outbox.watched():
        ledger.outbox.forget(other.run)
    monkeypatch.setattr(notify, "web_of", lambda _plan: HttpWeb())
    monkeypatch.setenv("DAYZERO_NOTICE_TEAMS", f"{channel.base_url}/workflows/war-room?sig={SECRET}")
    sink = {"name": "lena", "kind": "teams-workflow", "url_setting": "DAYZERO_NOTICE_TEAMS", "links_for": ["Lena Lead"]}
    made = AtTheGate(ledger, {"quorum": 2}, notices=[sink])
    ledger.outbox.watch(made.id)
    yield made
    ledger.outbox.forget(made.id)


def say(channel: httpx.Client, name: str, text: str) -> dict[str, Any]:
    found: dict[str, Any] = channel.post(
        "/say", data={"name": name, "text": text}, headers={"accept": "application/json"}
    ).json()
    return found


def test_a_card_leads_to_the_page_and_the_page_to_a_decision(gate: AtTheGate, channel: httpx.Client, agent: Agent) -> None:
    text, detail = "Gate cutover waits for approval of cutover.", {"gate": "cutover", "asked": "open"}
    gate.ledger.events.append(gate.id, "gate", text, detail=detail)
    notify.deliver()
    (post,) = channel.get("/posts").json()
    buttons = {one["title"]: one["url"] for one in post["post"]["actions"]}
    assert buttons["Approve as Lena Lead"] in channel.get("/").text
    shown = httpx.get(buttons["Approve as Lena Lead"], trust_env=False)
    assert (shown.status_code, "Cut over?" in shown.text) == (200, True)
    decided = httpx.post(buttons["Approve as Lena Lead"], data={"decision": "approve"}, trust_env=False)
    assert "still needed: 1" in decided.text
    notify.deliver()
    assert [one["post"]["body"][0]["text"] for one in channel.get("/posts").json()] == [
        "Approval needed: cutover",
        "Decision: cutover",
    ]
    assert SECRET not in json.dumps(gate.ledger.events.of(gate.id))


def test_messages_are_signed_as_teams_signs_them(gate: AtTheGate, channel: httpx.Client, agent: Agent) -> None:
    assert say(channel, "Lena", f"status {gate.id}")["text"].startswith(gate.id)
    assert "Recorded: Lena Lead" in say(channel, "Lena", f"approve cutover of {gate.id} because 1 < 2 & all is well")["text"]
    assert "may not decide" in say(channel, "Eve", f"approve cutover of {gate.id}")["text"]
    (vote,) = gate.ledger.votes.of(gate.id, gate.seq)
    assert (vote.by, vote.channel, vote.reason) == ("Lena Lead", "teams", "1 < 2 & all is well")
    assert "Recorded: Lena Lead" in channel.get("/").text


def test_what_is_no_card_is_refused_as_workflows_do(channel: httpx.Client) -> None:
    good = {"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": {}}]}
    assert channel.post("/workflows/war-room?sig=wrong", json=good).status_code == 401
    assert channel.post(f"/workflows/war-room?sig={SECRET}", json=good).status_code == 400
    assert channel.post(f"/workflows/war-room?sig={SECRET}", json=good | {"x": "y" * 30_000}).status_code == 413
    assert channel.get("/posts").json() == []
