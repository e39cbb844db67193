"""Decisions by signed event, Teams message, sign-in and key that do not count: refused, recorded, and nobody is woken up.

Cases are generated from one honest word for each way; those of signed links are in test_refused_links.py.
"""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from durabletask.client import OrchestrationStatus

from api import control, decisions, events, teams
from approvals.keys import EVENT_KEYS, TEAMS_KEYS, Keys
from approvals.refusals import NOWHERE
from approvals.signatures import signature
from ledger.ledger import Ledger
from tests.api.doors import Durable, Json, ask, read, request
from tests.approvals.gates import LENA_ID, AtTheGate
from tests.approvals.test_identity import OID, header
from tests.approvals.test_teams_messages import TOKEN, activity, signed

KEY = b"e" * 32
NOBODIES = ["Amir Cloud", "Zoe Sky", "Quinn Test", "Mallory", "lena lead", "Lena Lead\u200b", "*", "Petra Product, Lena Lead"]
GATES = ["open-window", "finalize", "bake", "Cutover", "cutover%20", "*", "sign-off"]
RUNS = ["no-such-run", "..", "*", "_doors"]
HASHES = ["0" * 64, "f" * 63, "é"]


@dataclass
class Word:
    """What is said, and how it is brought; the honest one would be taken."""

    run: str
    runbook: str
    gate: str = "cutover"
    by: str = "Lena Lead"
    who: str = LENA_ID
    decision: str = "approve"
    reason: str = "all is well"
    key: bytes = b""
    ahead: float = 0.0
    flip: int | None = None

    def said(self) -> Json:
        return {"decision": self.decision, "by": self.by, "reason": self.reason, "runbook_hash": self.runbook}

    def bytes_of(self, body: bytes) -> bytes:
        if self.flip is None:
            return body
        place = self.flip * 7919 % len(body)
        return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


def by_event(word: Word, durable: Durable) -> Any:
    body = json.dumps(word.said()).encode()
    moment = None if not word.ahead else int(time.time() + word.ahead)
    head = signature(Keys({"pipeline": word.key or KEY}), f"{word.run}/{word.gate}", body, moment)
    path = f"events/{word.run}/{word.gate}"
    route = {"run": word.run, "name": word.gate}
    asked = request("POST", path, word.bytes_of(body), headers={"dayzero-signature": head}, **route)
    return ask(events.signed_event, asked, durable)


def by_teams(word: Word, durable: Durable) -> Any:
    text = f"<at>dayzero</at> {word.decision} {word.gate} of {word.run} because {word.reason}"
    body = activity(text, word.ahead, **{"from": {"id": "29:x", "name": word.by, "aadObjectId": word.who}})
    asked = request("POST", "teams/messages", word.bytes_of(body), headers={"authorization": signed(body, word.key or TOKEN)})
    return ask(teams.teams_message, asked, durable)


def by_sign_in(word: Word, durable: Durable) -> Any:
    said = {name: value for name, value in word.said().items() if name != "by"}
    headers = header((OID, word.who)) | {"content-type": "application/json"}
    asked = request("POST", "decide", said, headers=headers, run=word.run, gate=word.gate)
    return ask(decisions.decide_signed_in, asked, durable)


def by_key(word: Word, durable: Durable) -> Any:
    return ask(control.approve, request("POST", "approvals", word.said(), run=word.run, gate=word.gate), durable)


Way = Callable[[Word, Durable], Any]
WAYS: dict[str, Way] = {"event": by_event, "teams": by_teams, "sign-in": by_sign_in, "key": by_key}
STRANGERS = [f"00000000-0000-0000-0000-0000000000{number:02x}" for number in range(8)]


def changes(way: str) -> Iterator[Json]:
    """What makes a word of this way one that does not count."""
    yield from ({"run": name} for name in RUNS)
    yield from ({"decision": "reject", "reason": ""} for _ in range(way != "teams"))
    yield from ({"by": name} for name in NOBODIES if way in {"event", "key"})
    yield from ({"who": oid} for oid in STRANGERS if way in {"teams", "sign-in"})
    yield from ({"runbook": digest} for digest in HASHES if way != "teams")  # a message is about the runbook that runs
    known = GATES[:2] if way == "event" else GATES  # another name is a note there, not a decision
    yield from ({"gate": name} for name in known if (way, name) != ("teams", "Cutover"))  # a person may write it so
    if way in {"event", "teams"}:
        yield from ({"key": bytes([seed]) * 32} for seed in range(10))
        yield from ({"flip": seed} for seed in range(20))
        yield from ({"ahead": seconds} for seconds in (-86_400.0, -3600.0, -310.0, 310.0, 3600.0))


CASES = [pytest.param(way, change, id=f"{way} {change}") for way in WAYS for change in changes(way)]


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EVENT_KEYS, f"pipeline:{base64.b64encode(KEY).decode()}")
    monkeypatch.setenv(TEAMS_KEYS, f"room:{base64.b64encode(TOKEN).decode()}")
    monkeypatch.setenv("WEBSITE_AUTH_ENABLED", "True")


@pytest.fixture(scope="module")
def gate(ledger: Ledger) -> AtTheGate:
    """What is refused changes nothing: one run is enough for all of it."""
    return AtTheGate(ledger)


def refused(gate: AtTheGate) -> int:
    return sum(event["kind"] == "refused" for place in (gate.id, NOWHERE) for event in gate.ledger.events.of(place))


def assert_refused(gate: AtTheGate, say: Callable[[Durable], Any]) -> None:
    before, durable = refused(gate), Durable(living={gate.id: OrchestrationStatus.RUNNING})
    answer = say(durable)
    told = read(answer).get("text", "") if answer.status_code == 200 else ""
    assert 400 <= answer.status_code < 500 or (told and "Recorded" not in told)
    assert (durable.raised, durable.started) == ([], [])
    assert refused(gate) == before + 1


def honest(gate: AtTheGate) -> Word:
    return Word(gate.id, gate.run.runbook_hash)


def test_there_are_enough_cases_of_every_way() -> None:
    assert len(CASES) >= 120


@pytest.mark.parametrize(("way", "change"), CASES)
def test_a_word_that_does_not_count_is_refused_and_recorded(gate: AtTheGate, way: str, change: Json) -> None:
    assert_refused(gate, partial(WAYS[way], replace(honest(gate), **change)))
    assert gate.decision is None
    assert gate.ledger.votes.of(gate.id, gate.seq) == []


@pytest.mark.parametrize("way", WAYS)
def test_the_honest_word_is_taken_once_and_refused_when_it_comes_again(ledger: Ledger, way: str) -> None:
    fresh = AtTheGate(ledger, {"quorum": 2})
    assert WAYS[way](honest(fresh), Durable()).status_code in {200, 202}
    assert [vote.by for vote in ledger.votes.of(fresh.id, fresh.seq)] == ["Lena Lead"]
    for again in WAYS.values():
        assert_refused(fresh, partial(again, honest(fresh)))
    assert fresh.decision is None


@pytest.mark.parametrize("way", ["event", "teams"])
def test_the_comparison_in_constant_time_is_what_decides(gate: AtTheGate, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    same = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda given, expected: len(given) < 40 and same(given, expected))
    assert_refused(gate, partial(WAYS[way], honest(gate)))
