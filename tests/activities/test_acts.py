"""The acts between steps, over a real ledger: how a run begins, waits at gates and halts. Its way back has tests of its own."""

from dataclasses import replace
from typing import Any

import pytest

from activities import context, run_control
from adapters.errors import AdapterError
from ledger.exceptions import Differing
from ledger.ledger import Ledger
from tests.activities.acts_stage import BEGAN, PLAN, Stage


@pytest.fixture
def stage(ledger: Ledger, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Stage:
    window = PLAN.window.model_copy(update={"on_overrun": getattr(request, "param", "hold")})
    stage = Stage(ledger, PLAN.model_copy(update={"window": window}))
    monkeypatch.setattr(context, "world_for", lambda *_: stage.world)
    return stage


def test_a_fresh_run_begins_with_nothing(stage: Stage) -> None:
    nothing: dict[str, Any] = {"done": [], "window_opened": None, "asked": None, "failing_back": ""}
    assert stage.act(run_control.begin_run) == nothing


def test_a_run_goes_on_with_what_is_done_and_asked(stage: Stage) -> None:
    stage.has_begun("confirm_prerequisites", "snapshot_source")
    stage.has_begun("freeze_source_code", state="failed")
    stage.act(run_control.note_window, opened=BEGAN)
    stage.ledger.runs.change(stage.planned.workload, stage.id, asked="pause", asked_by="Lena Lead", asked_reason="lunch")
    found = stage.act(run_control.begin_run)
    assert (found["done"], found["window_opened"]) == ([1, 2], BEGAN)
    assert found["asked"] == {"action": "pause", "by": "Lena Lead", "reason": "lunch"}


def test_a_pause_and_its_end_are_told(stage: Stage) -> None:
    stage.act(run_control.note_pause, why="paused by Lena Lead")
    assert (stage.run.state, stage.run.why) == ("paused", "paused by Lena Lead")
    stage.act(run_control.note_pause, why="")
    assert (stage.run.state, stage.run.why) == ("running", "")
    assert len(stage.events("control")) == 2


@pytest.mark.parametrize(("stage", "asked"), [("hold", "pause"), ("fail-back", "abort"), ("continue", "")], indirect=["stage"])
def test_an_overrun_is_kept_like_a_persons_word(stage: Stage, asked: str) -> None:
    assert stage.act(run_control.note_window, used_percent=80) == {"due": True}
    assert stage.run.asked == ""
    assert stage.act(run_control.note_window, used_percent=100) == {"due": True}
    assert (stage.run.asked, stage.run.asked_by) == ((asked, "dayzero") if asked else ("", ""))
    assert stage.act(run_control.note_window, used_percent=100) == {"due": asked != ""}
    assert len(stage.events("window")) == 2


def test_an_overrun_that_a_person_let_go_on_is_not_due_again(stage: Stage) -> None:
    stage.act(run_control.note_window, used_percent=100)
    stage.ledger.runs.change(stage.planned.workload, stage.id, asked="")
    assert stage.act(run_control.note_window, used_percent=100) == {"due": False}
    assert stage.run.asked == ""


def test_a_gate_waits_and_is_approved(stage: Stage) -> None:
    opened = stage.open("open-window")
    assert opened["state"] == "open"
    assert 4 * 3600 - 60 < opened["left"] <= 4 * 3600, "the plan gives people four hours"
    assert (stage.run.state, stage.run.why) == ("waiting", "approval of open-window")
    stage.open("open-window")
    assert len(stage.events("gate")) == 1
    stage.ledger.steps.decide(stage.id, stage.seq("open-window"), {"decision": "approve", "by": "Lena Lead", "reason": ""})
    assert stage.open("open-window") == {"state": "approved", "by": "Lena Lead", "reason": ""}
    row = stage.ledger.steps.get(stage.id, stage.seq("open-window"))
    assert (row.state, row.waiting_for, row.evidence["by"]) == ("done", None, "Lena Lead")
    assert (stage.run.state, stage.run.why) == ("running", "")


@pytest.mark.parametrize("gate", ["cutover", "finalize"])
def test_an_abort_that_is_first_wins_over_the_last_approval_only(stage: Stage, gate: str) -> None:
    stage.open(gate)
    stage.ledger.steps.decide(stage.id, stage.seq(gate), {"decision": "approve", "by": "Petra Product", "reason": ""})
    assert stage.ledger.steps.settle(stage.id, "back", "Lena Lead", "complaints")["way"] == "back"
    aborted = {"state": "aborted", "why": "aborted by Lena Lead: complaints"}
    approved = {"state": "approved", "by": "Petra Product", "reason": ""}
    assert stage.open(gate) == (aborted if gate == "finalize" else approved)
    assert stage.ledger.steps.get(stage.id, stage.seq(gate)).state == ("waiting" if gate == "finalize" else "done")


def test_what_the_last_gate_has_taken_stays_taken(stage: Stage) -> None:
    stage.open("finalize")
    stage.ledger.steps.decide(stage.id, stage.seq("finalize"), {"decision": "approve", "by": "Petra Product", "reason": ""})
    for _ in range(2):
        assert stage.open("finalize")["state"] == "approved"
    assert stage.ledger.steps.settle(stage.id, "back", "Lena Lead")["way"] == "on"


def test_a_gate_that_was_paused_reads_as_waiting_again(stage: Stage) -> None:
    stage.open("cutover")
    stage.act(run_control.note_pause, why="paused by Lena Lead")
    stage.act(run_control.note_pause, why="")
    stage.open("cutover")
    assert stage.run.state == "waiting"


def test_a_gate_tells_of_open_exceptions(stage: Stage) -> None:
    rows = [Differing("orders", key, "a" * 64, "", "missing on Azure") for key in ("1", "2")]
    stage.ledger.exceptions.note(stage.id, "verify_backup", rows)
    assert stage.open("cutover")["state"] == "open"
    assert stage.run.why == "approval of cutover; 2 exceptions are open"
    for row in rows:
        stage.ledger.exceptions.accept(stage.id, row.id, "Petra Product", "test orders")
    stage.open("cutover")
    assert stage.run.why == "approval of cutover"


def test_a_gate_counts_the_warnings_of_the_preflight(stage: Stage) -> None:
    stage.has_begun("inspect_workload", evidence={"warnings": [{"id": "clock-skew"}, {"id": "lock-lost"}]})
    stage.open("open-window")
    assert stage.run.why == "approval of open-window; 2 warnings of inspect_workload"


def test_a_gate_is_held_while_the_source_drifts(stage: Stage) -> None:
    stage.has_begun("freeze_source_code", evidence={"code": {f.name: "abc" for f in PLAN.source.functions}})
    seq = stage.seq("cutover")
    stage.ledger.steps.decide(stage.id, seq, {"decision": "approve", "by": "Lena Lead", "reason": ""})
    stage.source.code = "xyz"
    held = stage.open("cutover")
    assert held["state"] == "held"
    assert "orders-api" in held["why"]
    stage.source.trouble = AdapterError("unreachable", "Lambda does not answer")
    assert "Lambda does not answer" in stage.open("cutover")["why"]
    assert len(stage.events("gate")) == 2
    stage.source.code, stage.source.trouble = "abc", None
    assert stage.open("cutover")["state"] == "approved"


def test_a_drifted_source_does_not_hold_a_rejection(stage: Stage) -> None:
    stage.has_begun("freeze_source_code", evidence={"code": {"orders-api": "other"}})
    stage.ledger.steps.decide(stage.id, stage.seq("cutover"), {"decision": "reject", "by": "Lena Lead", "reason": "no"})
    assert stage.open("cutover") == {"state": "rejected", "by": "Lena Lead", "reason": "no"}


def test_a_long_explanation_is_cut(stage: Stage) -> None:
    assert len(stage.act(run_control.halt, why="x" * 100_000, final=True)["why"]) < 10_000
    assert stage.run.state == "needs-operator"


def test_the_end_frees_the_workload(stage: Stage) -> None:
    stage.ledger.runs.change(stage.planned.workload, stage.id, asked="pause")
    assert stage.act(run_control.finish_run) == {"outcome": "migrated", "why": ""}
    assert (stage.run.state, stage.run.asked) == ("migrated", "")
    assert stage.run.ended
    assert stage.ledger.locks.holder(stage.planned.workload) is None
    assert replace(stage.run, state="running").alive
