"""Cards: valid Adaptive Cards 1.5 whatever people write into them, small enough for Teams, and no text becomes a link."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft6Validator

from approvals.cards import Button, card, message
from approvals.cloudevents import cloud_event
from approvals.facts import Facts
from approvals.notices import Notice, notice_of, told
from tests.ledger.rows import new_run
from tests.plan.plans import example

FOUND = importlib.util.find_spec("adaptive_cards")
assert FOUND is not None
assert FOUND.origin is not None
SCHEMA = json.loads((Path(FOUND.origin).parent / "schemas" / "schema-1.5.json").read_text(encoding="utf-8"))
CARDS = Draft6Validator({**SCHEMA, "anyOf": [{"$ref": "#/definitions/AdaptiveCard"}]})
RUN = new_run(example())
EVENTS: list[dict[str, Any]] = [
    {"kind": "started", "text": "Run started.", "detail": None},
    *(
        {"kind": "gate", "text": "Gate.", "detail": {"gate": "cutover", "asked": a}}
        for a in ("open", "held", "silent", "reminder")
    ),
    {"kind": "gate", "text": "Gate.", "detail": None},
    {"kind": "decision", "text": "Gate cutover: approve", "detail": {"gate": "cutover", "channel": "link"}},
    *({"kind": kind, "text": "It is so.", "detail": None} for kind in ("window", "phase", "failback", "ended", "watchdog")),
]


def facts(text: str = "fine") -> Facts:
    words = ("workload", "run", "strategy", "gate", "title", "asks", "approved", "rejected", "runbook_hash", "state")
    known: dict[str, Any] = {name: [text] * 30 for name in ("following", "checked", "differs", "votes", "exceptions")}
    return Facts(**known | dict.fromkeys(words, text), failback_seconds=90.4, missing=2)


def problems(content: Any) -> list[str]:
    return [f"{list(error.path)}: {error.message[:200]}" for error in CARDS.iter_errors(content)]


def notice(text: str = "Gate cutover waits.", **changes: Any) -> Notice:
    event = {"at": "2026-11-23T02:00:00.000+00:00", "who": "dayzero", "kind": "gate", "text": text}
    return notice_of(RUN, 7, event | {"detail": {"gate": "cutover", "asked": "open"}} | changes)


def test_the_schema_notices_a_bad_card() -> None:
    good = card(notice(), facts(), [])
    assert problems(good) == []
    assert problems(good | {"actions": [{"type": "Action.OpenUrl"}]})
    assert problems(good | {"body": [{"type": "TextBlock"}]})


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{event['kind']}-{(event['detail'] or {}).get('asked', '')}")
@pytest.mark.parametrize("asked", [None, facts()])
def test_every_notice_makes_a_valid_card(event: dict[str, Any], asked: Facts | None) -> None:
    buttons = [Button("Approve as Lena Lead", "https://agent.example.com/api/decide/a.b.c.d", "positive")]
    assert told(event)
    assert problems(card(notice(**event), asked, buttons)) == []


@given(st.text(max_size=3000))
@settings(max_examples=40, deadline=None)
def test_whatever_people_write_the_card_stays_valid_and_small(text: str) -> None:
    made = card(notice(text, who=text), facts(text), [Button(text, "https://agent.example.com/", "default")])
    assert problems(made) == []
    assert len(json.dumps(message(card(notice("x" * 9000), facts("x" * 1000), []))).encode()) < 28_000
    read_as_markdown = [part["text"] for part in made["body"] if part["type"] == "TextBlock"]
    read_as_markdown += [fact["value"] for part in made["body"] if part["type"] == "FactSet" for fact in part["facts"]]
    assert not any(letter in part for part in read_as_markdown for letter in "[]()<>`")


def test_the_envelope_is_what_workflows_take() -> None:
    content = card(notice(), None, [])
    sent = message(content)
    assert sent["type"] == "message"
    assert sent["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert sent["attachments"][0]["content"] == content


def test_an_event_has_what_cloudevents_require() -> None:
    made = cloud_event(notice(), facts(), "https://agent.example.com/api/migrations/orders-1", [])
    assert {name: made[name] for name in ("specversion", "id", "type")} == {
        "specversion": "1.0",
        "id": f"{RUN.run}/7",
        "type": "dayzero.gate",
    }
    assert made["source"]
    assert made["data"]["asked"]["missing"] == 2
    assert json.loads(json.dumps(made)) == made
