"""Notices: what people are told of reaches every sink once, in order, or is given up on record; nothing else does."""

import base64
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from activities import milestones, notify
from activities.milestones import milestone
from activities.step import Done
from adapters.records import Answer
from approvals.keys import LINK_KEYS, Keys, keys
from approvals.links import unseal
from approvals.signatures import verify
from ledger.ledger import Ledger
from ledger.outbox import Outgoing
from plan.model import Plan
from plan.notices import Sink
from tests.activities.painting import Paint, Site
from tests.approvals.gates import AtTheGate

Json = dict[str, Any]
SECRET_URL = "https://prod.westeurope.logic.azure.com/workflows/1/triggers/manual/paths/invoke?sig=CANARY-sig-1f"
KEY = b"k" * 32
TEAMS = {"name": "war-room", "kind": "teams-workflow", "url_setting": "DAYZERO_NOTICE_TEAMS", "links_for": ["Lena Lead"]}
HOOK = {
    "name": "pager",
    "kind": "webhook",
    "url": "https://hooks.example.com/in",
    "signing_setting": "DAYZERO_NOTICE_KEYS",
}


@dataclass
class Sinks:
    """Plays every receiver: remembers what came, answers with these statuses in turn, by host, then with 202."""

    statuses: dict[str, list[int]] = field(default_factory=dict)
    got: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)

    def ask(self, method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        assert method == "POST"
        assert isinstance(body, bytes)
        host = str(urlsplit(url).hostname)
        left = self.statuses.get(host, [])
        status = left.pop(0) if left else 202
        if 200 <= status < 300:
            self.got.append((host, body, headers or {}))
        return Answer(status, error="" if status else f"ConnectError: {url} is silent")

    def events(self) -> list[Json]:
        return [json.loads(body) for host, body, _ in self.got if host == "hooks.example.com"]

    def cards(self) -> list[Json]:
        return [json.loads(body)["attachments"][0]["content"] for host, body, _ in self.got if host != "hooks.example.com"]


@pytest.fixture
def sinks(monkeypatch: pytest.MonkeyPatch) -> Sinks:
    playing = Sinks()
    monkeypatch.setattr(notify, "web_of", lambda _plan: playing)
    monkeypatch.setenv("DAYZERO_NOTICE_TEAMS", SECRET_URL)
    monkeypatch.setenv("DAYZERO_NOTICE_KEYS", f"k1:{base64.b64encode(KEY).decode()}")
    monkeypatch.setenv(LINK_KEYS, f"k1:{base64.b64encode(b'l' * 32).decode()}")
    monkeypatch.setenv("DAYZERO_PUBLIC_URL", "https://agent.example.com")
    return playing


@pytest.fixture
def gate(ledger: Ledger, sinks: Sinks) -> Iterator[AtTheGate]:
    """A run at its gate that tells both kinds of sinks, and nobody else has a run that is watched."""
    for other in ledger.outbox.watched():
        ledger.outbox.forget(other.run)
    made = AtTheGate(ledger, {"reminder": "1h"}, {"state": "waiting"}, notices=[TEAMS, HOOK])
    ledger.outbox.watch(made.id)
    ledger.steps.change(made.id, made.seq, started=datetime.now(UTC).isoformat())
    yield made
    ledger.outbox.forget(made.id)


def opened(gate: AtTheGate) -> None:
    text = "Gate cutover waits for approval of cutover."
    gate.ledger.events.append(gate.id, "gate", text, detail={"gate": "cutover", "asked": "open"})


def later(monkeypatch: pytest.MonkeyPatch, **ahead: float) -> None:
    moment = (datetime.now(UTC) + timedelta(**ahead)).isoformat(timespec="milliseconds")
    monkeypatch.setattr(notify, "now", lambda: moment)


def test_what_happens_is_told_once_and_in_order(gate: AtTheGate, sinks: Sinks) -> None:
    opened(gate)
    gate.ledger.events.append(gate.id, "window", "The window is open.", key="window-open")
    notify.deliver()
    gate.say("Lena Lead")
    notify.deliver()
    notify.deliver()
    found = sinks.events()
    assert [one["type"] for one in found] == ["dayzero.gate", "dayzero.window", "dayzero.decision"]
    assert [one["sequence"] for one in found] == ["00000001", "00000002", "00000003"]
    assert [one["id"] for one in found] == [f"{gate.id}/{place}" for place in (1, 2, 3)]
    assert [one["body"][0]["text"] for one in sinks.cards()] == [
        "Approval needed: cutover",
        "Maintenance window",
        "Decision: cutover",
    ]


def test_nothing_else_is_told(gate: AtTheGate, sinks: Sinks) -> None:
    for kind in ("refused", "control", "note", "step"):
        gate.ledger.events.append(gate.id, kind, "quiet")
    gate.ledger.events.append(gate.id, "failback", "The source was compared.", detail={"before": {}, "after": {}})
    notify.deliver()
    assert sinks.got == []


def test_events_are_signed_over_what_is_sent(gate: AtTheGate, sinks: Sinks) -> None:
    opened(gate)
    notify.deliver()
    ((_, body, headers),) = [one for one in sinks.got if one[0] == "hooks.example.com"]
    assert verify(Keys({"k1": KEY}), gate.id, body, headers["dayzero-signature"])
    assert headers["content-type"].startswith("application/cloudevents+json")


def test_a_card_that_asks_has_links_of_its_people_only(gate: AtTheGate, sinks: Sinks) -> None:
    opened(gate)
    notify.deliver()
    (card,) = sinks.cards()
    buttons = {one["title"]: one["url"] for one in card["actions"]}
    assert list(buttons) == ["Approve as Lena Lead", "Reject as Lena Lead", "Open the run"]
    link = unseal(keys(LINK_KEYS), buttons["Reject as Lena Lead"].rpartition("/")[2])
    assert (link.run, link.gate, link.person, link.decisions) == (gate.id, "cutover", "Lena Lead", ("reject",))
    assert link.runbook_hash == gate.run.runbook_hash
    facts = {one["title"]: one["value"] for one in card["body"][2]["facts"]}
    assert facts["Runbook"] == gate.run.runbook_hash
    assert facts["Failback now"].startswith("about ")
    (event,) = sinks.events()
    assert (event["data"]["links"], event["data"]["asked"]["missing"]) == ([], 1)


def test_a_card_that_comes_late_asks_for_nothing(gate: AtTheGate, sinks: Sinks) -> None:
    opened(gate)
    gate.ledger.steps.change(gate.id, gate.seq, state="done")
    notify.deliver()
    assert [one["title"] for one in sinks.cards()[0]["actions"]] == ["Open the run"]


def test_a_sink_that_does_not_answer_is_tried_again_and_keeps_its_order(
    gate: AtTheGate, sinks: Sinks, monkeypatch: pytest.MonkeyPatch
) -> None:
    sinks.statuses["hooks.example.com"] = [0, 503, 429]
    opened(gate)
    gate.ledger.events.append(gate.id, "window", "The window is open.")
    for tries in range(4):
        later(monkeypatch, hours=tries)
        notify.deliver()
        notify.deliver()  # too early: nothing is asked
    assert [one["sequence"] for one in sinks.events()] == ["00000001", "00000002"]
    assert len(sinks.cards()) == 2, "the other sink did not wait"
    (note,) = gate.told("note")
    assert note == "Sink 'pager' does not take notices: it did not answer (ConnectError). They are kept and tried again."


def test_a_notice_that_is_refused_for_good_is_given_up_on_record(gate: AtTheGate, sinks: Sinks) -> None:
    sinks.statuses["hooks.example.com"] = [404]
    opened(gate)
    gate.ledger.events.append(gate.id, "window", "The window is open.")
    notify.deliver()
    assert [one["sequence"] for one in sinks.events()] == ["00000002"]
    assert gate.told("note") == ["Notice 1 did not reach sink 'pager' and is given up: it answered 404."]


def test_a_notice_that_nobody_took_for_a_day_is_given_up(
    gate: AtTheGate, sinks: Sinks, monkeypatch: pytest.MonkeyPatch
) -> None:
    sinks.statuses["hooks.example.com"] = [0, 0]
    opened(gate)
    notify.deliver()
    monkeypatch.setattr(notify, "GIVEN_UP", timedelta(0))
    later(monkeypatch, hours=1)
    notify.deliver()
    assert "is given up: it did not answer" in gate.told("note")[-1]
    assert sinks.events() == []


def test_a_missing_setting_is_told_and_waited_for(gate: AtTheGate, sinks: Sinks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAYZERO_NOTICE_TEAMS")
    monkeypatch.delenv("DAYZERO_NOTICE_KEYS")
    opened(gate)
    notify.deliver()
    assert sinks.got == []
    assert sorted(note.partition(": ")[2].partition(".")[0] for note in gate.told("note")) == [
        "The agent's setting DAYZERO_NOTICE_KEYS is empty",
        "the setting DAYZERO_NOTICE_TEAMS is empty",
    ]
    monkeypatch.setenv("DAYZERO_NOTICE_TEAMS", SECRET_URL)
    later(monkeypatch, hours=1)
    notify.deliver()
    assert len(sinks.cards()) == 1


def test_a_gate_that_waits_is_told_again_each_time_its_reminder_is_due(gate: AtTheGate, sinks: Sinks) -> None:
    def since(hours: float) -> None:
        began = datetime.now(UTC) - timedelta(hours=hours)
        gate.ledger.steps.change(gate.id, gate.seq, started=began.isoformat())
        notify.deliver()

    for hours in (0.5, 1.1, 1.2, 2.1, 2.2):
        since(hours)
    assert [card["body"][0]["text"] for card in sinks.cards()] == ["Still waiting: cutover"] * 2
    assert sinks.cards()[0]["actions"][0]["title"] == "Approve as Lena Lead"
    gate.say("Lena Lead")
    since(5)
    assert sinks.cards()[-1]["body"][0]["text"] == "Decision: cutover"


def test_a_run_is_forgotten_when_its_end_was_told(gate: AtTheGate, sinks: Sinks) -> None:
    run = gate.run
    gate.ledger.runs.change(run.workload, run.run, state="migrated")
    notify.deliver()
    assert watched(gate), "its end is not in the events yet"
    gate.ledger.events.append(run.run, "ended", "The workload is migrated.", key="ended-migrated")
    notify.deliver()
    assert sinks.events()[-1]["type"] == "dayzero.ended"
    assert not watched(gate)


def watched(gate: AtTheGate) -> list[Outgoing]:
    return [one for one in gate.ledger.outbox.watched() if one.run == gate.id]


def test_trouble_with_one_run_keeps_no_other_waiting(gate: AtTheGate, sinks: Sinks, caplog: pytest.LogCaptureFixture) -> None:
    gate.ledger.outbox.watch("a-run-that-is-not-there")
    opened(gate)
    with caplog.at_level(logging.ERROR):
        notify.deliver()
    gate.ledger.outbox.forget("a-run-that-is-not-there")
    assert len(sinks.events()) == 1
    assert "a-run-that-is-not-there could not be sent: RunUnknown" in caplog.text


def test_addresses_and_keys_are_written_nowhere(gate: AtTheGate, sinks: Sinks, caplog: pytest.LogCaptureFixture) -> None:
    sinks.statuses["prod.westeurope.logic.azure.com"] = [0, 404]
    opened(gate)
    with caplog.at_level(logging.DEBUG):
        notify.deliver()
    written = f"{gate.ledger.events.of(gate.id)}{watched(gate)}{gate.ledger.steps.all(gate.id)}{caplog.text}"
    assert "does not take notices" in written
    for secret in ("CANARY", base64.b64encode(KEY).decode(), "logic.azure.com", "/api/decide/v1"):
        assert secret not in written
    assert "CANARY" not in str(sinks.got)


@pytest.mark.parametrize("tells", [True, False])
def test_a_step_that_is_a_milestone_writes_one_event(ledger: Ledger, monkeypatch: pytest.MonkeyPatch, tells: bool) -> None:
    monkeypatch.setitem(milestones.TOLD, "paint", "The walls are painted.")
    site = Site(ledger)
    site.plan = site.plan.model_copy(update={"notices": [Sink.model_validate(HOOK)] if tells else []})
    for _ in range(2):
        assert site.attempt.do() == {"state": "done"}
    told = [event["text"] for event in ledger.events.of(site.run.run) if event["kind"] == "phase"]
    assert told == (["The walls are painted."] if tells else [])


def test_a_step_may_have_a_sentence_to_tell(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Paint, "verify", lambda *_: Done({}, "Two doors are left."))
    site = Site(ledger)
    assert site.attempt.do() == {"state": "done"}
    assert [event["text"] for event in ledger.events.of(site.run.run) if event["kind"] == "phase"] == ["Two doors are left."]


def test_a_milestone_is_an_event_when_the_plan_tells_anybody(gate: AtTheGate) -> None:
    plan = Plan.model_validate(gate.run.plan)
    assert milestone(plan, "shift_traffic", {"weight": 25}) == "25 % of the clients are sent to Azure."
    assert milestone(plan, "quiesce_source", {}) == "The source is closed to its clients."
    assert milestone(plan, "snapshot_source", {}) == ""
    assert milestone(plan.model_copy(update={"notices": []}), "quiesce_source", {}) == ""
