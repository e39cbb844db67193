"""The war room of a demo: a Teams channel that is told what happens, and two people who answer there instead of at a terminal.

Lives here: the agent's settings for it, what the plan says about it, and what the people do. Never here: Teams (teams.py).
Lena Lead presses the button of a card, which is a signed link; Petra Product writes a message to the outgoing webhook.
"""

import base64
import secrets
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any, Self

import httpx

from local.processes import ROOT, Child, clean_environment, free_port

Json = dict[str, Any]
SAMPLE = ROOT / "examples" / "orders" / "plan.yaml"
LENA, PETRA = "Lena Lead", "Petra Product"
BY_LINK, BY_MESSAGE = "cutover", "finalize"
"""Gates that the two decide; the others are decided by the command."""
LOOK_SECONDS = 0.3
_GATE = "approvals:\n"
_OWNER = f"  approver: {{name: {PETRA}, "
_ENDED = "Migration ended"


class WarRoom:
    """A context manager around the channel, once `join` was told where the agent is.

    Args:
        folder: for the channel's log, and the plan.
        answers: whether the people decide by themselves; otherwise whoever sits before the screen does.
    """

    def __init__(self, folder: Path, *, answers: bool = True) -> None:
        self._folder, self._answers = folder, answers
        self.url = f"http://127.0.0.1:{free_port()}"
        self._token, self._links = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
        self._sig, self._petra = secrets.token_hex(16), str(uuid.uuid4())
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sit, name="war-room", daemon=True)
        self._child: Child | None = None

    @property
    def settings(self) -> dict[str, str]:
        """Of the agent."""
        return {
            "DAYZERO_NOTICE_TEAMS": f"{self.url}/workflows/war-room?sig={self._sig}",
            "DAYZERO_TEAMS_KEYS": f"room:{self._token}",
            "DAYZERO_LINK_KEYS": f"k1:{self._links}",
            "DAYZERO_NOTICES": "* * * * * *",  # every second: a demo is short
        }

    def plan(self) -> Path:
        """The sample's plan with a sink, a sign-off, and Petra known to Teams; a file in the folder."""
        text = SAMPLE.read_text(encoding="utf-8")
        if _GATE not in text or _OWNER not in text:
            raise RuntimeError(f"{SAMPLE} no longer has the lines that the war room adds to")
        text = text.replace(_GATE, f"{_GATE}  sign-off: {{approvers: [{PETRA}]}}\n", 1)
        text = text.replace(_OWNER, f"{_OWNER}identity: {self._petra}, ", 1)
        sink = f"{{name: war-room, kind: teams-workflow, url_setting: DAYZERO_NOTICE_TEAMS, links_for: [{LENA}]}}"
        file = self._folder / "plan.yaml"
        file.write_text(f"{text}\nnotices:\n  - {sink}\n", encoding="utf-8")
        return file

    def join(self, agent_url: str) -> Self:
        """Say which agent the channel belongs to."""
        command = [sys.executable, "-m", "local.teams", "--listen", self.url.rpartition(":")[2], "--agent", agent_url]
        command += ["--token", self._token, "--secret", self._sig, "--person", f"{PETRA}={self._petra}"]
        self._child = Child("teams", command, env=clean_environment(), log=self._folder / "teams.log", cwd=ROOT)
        return self

    def posts(self) -> list[Json]:
        """What was posted so far, oldest first."""
        found: list[Json] = httpx.get(f"{self.url}/posts", trust_env=False, timeout=10).json()
        return found

    def told(self, events: list[Json], seconds: float = 15.0) -> Json:
        """What came of the notices, once the end was told: `cards` that arrived, notices that came `late` or were `given_up`.

        Args:
            events: of the run, as the agent has them.
            seconds: for how long the last card is waited for.
        """
        deadline = time.monotonic() + seconds
        while not any(title.startswith(_ENDED) for title in self._titles()) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        notes = [event["text"] for event in events if event["kind"] == "note"]
        decisions = [event["detail"] for event in events if event["kind"] == "decision"]
        return {
            "cards": len(self._titles()),
            "ended_told": any(title.startswith(_ENDED) for title in self._titles()),
            "late": sum("does not take notices" in text for text in notes),
            "given_up": sum("is given up" in text for text in notes),
            "decided": {one["gate"]: one["channel"] for one in decisions if "gate" in one},
        }

    def _titles(self) -> list[str]:
        return [post["post"]["body"][0]["text"] for post in self.posts() if post["kind"] == "card"]

    def _sit(self) -> None:
        decided: set[str] = set()
        with httpx.Client(trust_env=False, timeout=30) as client:
            while not self._over.wait(LOOK_SECONDS):
                for post in self.posts():
                    gate = _asks(post)
                    if gate not in {BY_LINK, BY_MESSAGE} - decided:
                        continue
                    decided.add(gate)
                    if gate == BY_LINK:
                        url = next(one["url"] for one in post["post"]["actions"] if one["title"] == f"Approve as {LENA}")
                        client.post(url, data={"decision": "approve", "reason": "the card says that all is well"})
                    else:
                        said = {"name": PETRA, "text": f"approve {gate} because clients are served"}
                        client.post(f"{self.url}/say", data=said, headers={"accept": "application/json"})

    def __enter__(self) -> Self:
        if self._child is None:
            raise RuntimeError("join() says where the agent is")
        self._child.start().wait_until(f"{self.url}/posts")
        if self._answers:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._child is not None:
            self._child.stop()


def _asks(post: Json) -> str:
    """The gate that a card asks for, as long as its buttons are there."""
    if post["kind"] != "card" or not any(one["title"].startswith("Approve as") for one in post["post"].get("actions", [])):
        return ""
    return str(post["post"]["body"][0]["text"]).rpartition(": ")[2]
