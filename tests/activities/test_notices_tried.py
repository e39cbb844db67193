"""A test of notices goes to every sink as a notice would, tells nothing, names what is missing, and shows no address or key."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from activities import notify
from adapters.records import Answer
from api.documents import validate_plan
from api.notices import try_notices
from approvals.keys import LINK_KEYS, Keys
from approvals.signatures import verify
from tests.api.doors import ask, problem, read, request
from tests.plan.plans import data

Json = dict[str, Any]
KEY = b"k" * 32
SETTING = f"k1:{base64.b64encode(KEY).decode()}"
TEAMS = {"name": "war-room", "kind": "teams-workflow", "url_setting": "DAYZERO_NOTICE_TEAMS", "links_for": ["Lena Lead"]}
HOOK = {
    "name": "pager",
    "kind": "webhook",
    "url": "https://hooks.example.com/in",
    "signing_setting": "DAYZERO_NOTICE_KEYS",
}
PLAN = data() | {"notices": [TEAMS, HOOK]}


@dataclass
class Receivers:
    """Plays both receivers; what it was sent, by address, and what it answers."""

    status: int = 202
    got: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)

    def ask(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        assert method == "POST"
        self.got.append((url, body, headers))
        return Answer(self.status, error="" if self.status else f"ConnectError: {url} is silent")

    def sent(self, part: str) -> tuple[bytes, dict[str, str]]:
        return next((body, headers) for url, body, headers in reversed(self.got) if part in url)


@pytest.fixture
def receivers(monkeypatch: pytest.MonkeyPatch) -> Receivers:
    playing = Receivers()
    monkeypatch.setattr(notify, "web_of", lambda _plan: playing)
    monkeypatch.setenv("DAYZERO_NOTICE_TEAMS", "https://prod.example.net/invoke?sig=CANARY-sig")
    monkeypatch.setenv("DAYZERO_PUBLIC_URL", "https://agent.example.com")
    for name in ("DAYZERO_NOTICE_KEYS", LINK_KEYS):
        monkeypatch.setenv(name, SETTING)
    return playing


def tried(plan: Json = PLAN) -> Json:
    return read(ask(try_notices, request("POST", "notices/test", {"plan": plan})))


def test_it_reaches_every_sink_as_a_notice_does_and_tells_nothing(receivers: Receivers) -> None:
    found = tried()
    assert found["reached"] is True
    assert [(one["name"], one["kind"], one["taken"]) for one in found["sinks"]] == [
        ("war-room", "teams-workflow", True),
        ("pager", "webhook", True),
    ]
    card = json.loads(receivers.sent("prod")[0])["attachments"][0]["content"]
    assert "Nothing has happened" in json.dumps(card)
    assert [action["url"] for action in card["actions"]] == ["https://agent.example.com/api/dashboard"]
    body, headers = receivers.sent("hooks")
    event = json.loads(body)
    assert event["type"] == "dayzero.test"
    assert verify(Keys({"k1": KEY}), event["data"]["run"], body, headers["dayzero-signature"])
    tried()
    assert json.loads(receivers.sent("hooks")[0])["id"] != event["id"], "who drops what is known takes the next test too"


@pytest.mark.parametrize(
    ("setting", "sink"), [("DAYZERO_NOTICE_TEAMS", "war-room"), ("DAYZERO_NOTICE_KEYS", "pager"), (LINK_KEYS, "war-room")]
)
def test_it_names_the_setting_that_is_missing(
    receivers: Receivers, monkeypatch: pytest.MonkeyPatch, setting: str, sink: str
) -> None:
    monkeypatch.delenv(setting)
    found = tried()
    missed = [one for one in found["sinks"] if not one["taken"]]
    assert found["reached"] is False
    assert [one["name"] for one in missed] == [sink]
    assert setting in missed[0]["why"]
    assert len(receivers.got) == 1, "what cannot be formed is not sent"


@pytest.mark.parametrize(("status", "why"), [(401, "it answered 401"), (0, "it did not answer (ConnectError)")])
def test_it_says_what_the_receiver_answered_but_not_its_address(receivers: Receivers, status: int, why: str) -> None:
    receivers.status = status
    found = tried()
    assert [one["why"] for one in found["sinks"]] == [why, why]
    assert "CANARY" not in json.dumps(found)


def test_a_plan_without_sinks_reaches_all_of_them_and_an_invalid_one_is_a_problem(receivers: Receivers) -> None:
    assert tried(data()) == {"reached": True, "sinks": []}
    invalid = request("POST", "notices/test", {"plan": {}})
    assert problem(ask(try_notices, invalid))["title"] == "Plan invalid"
    assert receivers.got == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ["", ""]),
        ({"DAYZERO_NOTICE_TEAMS": ""}, ["the setting DAYZERO_NOTICE_TEAMS is empty", ""]),
        ({"DAYZERO_NOTICE_TEAMS": "http://prod.example.net/CANARY"}, ["DAYZERO_NOTICE_TEAMS is no https:// address", ""]),
        ({"DAYZERO_NOTICE_TEAMS": "CANARY"}, ["DAYZERO_NOTICE_TEAMS is no https:// address", ""]),
        ({"DAYZERO_NOTICE_TEAMS": "https:///CANARY"}, ["DAYZERO_NOTICE_TEAMS is no https:// address", ""]),
        ({"DAYZERO_NOTICE_KEYS": "k1:CANARY!"}, ["", "DAYZERO_NOTICE_KEYS"]),
        ({LINK_KEYS: ""}, [LINK_KEYS, ""]),
    ],
)
def test_a_check_of_the_plan_says_what_the_agent_lacks_and_sends_nothing(
    receivers: Receivers, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], why: list[str]
) -> None:
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    found = read(ask(validate_plan, request("POST", "plans/validate", {"plan": PLAN})))["sinks"]
    assert [one["name"] for one in found] == ["war-room", "pager"]
    assert all(part in one["why"] and one["ready"] == (not part) for one, part in zip(found, why, strict=True))
    assert "CANARY" not in json.dumps(found)
    assert receivers.got == []
