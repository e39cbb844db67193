"""The demo's war room: people who answer cards by a signed link and by a message, and a count of what reached them."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from local.summary import notice_problems
from local.war_room import WarRoom
from tests.plan.plans import example

Json = dict[str, Any]


@contextmanager
def agent() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A door that takes everything; what it got, by path."""
    got: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, self.rfile.read(int(self.headers.get("content-length", 0))).decode()))
            body = json.dumps({"type": "message", "text": "Recorded"}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", got
    finally:
        server.shutdown()
        server.server_close()


def post(room: WarRoom, title: str, *buttons: str) -> None:
    """A card as the agent sends it."""
    actions = [
        {"type": "Action.OpenUrl", "title": text, "url": url} for text, url in zip(buttons[::2], buttons[1::2], strict=True)
    ]
    card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": title}], "actions": actions}
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    sent = {"type": "message", "attachments": [attachment]}
    httpx.post(room.settings["DAYZERO_NOTICE_TEAMS"], json=sent, trust_env=False).raise_for_status()


def until(got: list[Any], count: int) -> list[Any]:
    deadline = time.monotonic() + 20
    while len(got) < count and time.monotonic() < deadline:
        time.sleep(0.05)
    return got


def test_its_plan_is_the_samples_with_a_sink_a_sign_off_and_somebody_whom_teams_knows(tmp_path: Path) -> None:
    plan, sample = example(WarRoom(tmp_path).plan().read_text()), example()
    assert [(sink.kind, sink.links_for) for sink in plan.notices] == [("teams-workflow", ["Lena Lead"])]
    assert plan.approvals["sign-off"].approvers == ["Petra Product"]
    assert plan.owners["approver"].identity is not None
    assert plan.source == sample.source


def test_a_gate_is_decided_by_the_cards_button_another_by_a_message_and_each_once(tmp_path: Path) -> None:
    with agent() as (url, got), WarRoom(tmp_path).join(url) as room:
        post(room, "Migration started", "Open the run", f"{url}/run")
        post(room, "Approval needed: open-window", "Approve as Lena Lead", f"{url}/window", "Open the run", f"{url}/run")
        for title in ("Approval needed: cutover", "Still waiting: cutover"):
            post(room, title, "Approve as Lena Lead", f"{url}/yes", "Reject as Lena Lead", f"{url}/no")
        ((path, form),) = until(got, 1)
        assert (path, parse_qs(form)["decision"]) == ("/yes", ["approve"])
        post(room, "Approval needed: finalize", "Approve as Lena Lead", f"{url}/late")
        (_, (path, message)) = until(got, 2)
        assert path == "/api/teams/messages"
        assert "approve finalize because" in json.loads(message)["text"]
        post(room, "Migration ended")
        decided = {"kind": "decision", "text": "", "detail": {"gate": "cutover", "channel": "link"}}
        told = room.told(
            [decided, {"kind": "note", "text": "Notice 3 did not reach sink 'x' and is given up: it answered 401."}]
        )
    assert len(got) == 2
    assert told == {"cards": 6, "ended_told": True, "late": 0, "given_up": 1, "decided": {"cutover": "link"}}
    assert notice_problems(told) == ["1 notices were given up"]


def test_who_was_not_told_of_the_end_is_a_problem_and_nobody_answers_for_a_person(tmp_path: Path) -> None:
    with agent() as (url, got), WarRoom(tmp_path, answers=False).join(url) as room:
        post(room, "Approval needed: cutover", "Approve as Lena Lead", f"{url}/yes")
        told = room.told([], seconds=1.0)
    assert got == []
    assert notice_problems(told) == ["nobody was told that the migration has ended"]


def test_a_sample_without_the_lines_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("version: 1\n")
    monkeypatch.setattr("local.war_room.SAMPLE", other)
    with pytest.raises(RuntimeError, match="no longer has the lines"):
        WarRoom(tmp_path).plan()
