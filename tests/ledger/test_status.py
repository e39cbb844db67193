"""The status of a run, from rows as the saga and the steps write them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from ledger.clock import now
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.status import status
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

PLAN = example()
SHARDS = sum(store.shards for store in PLAN.state.stores)
Json = dict[str, Any]
NOBODY: Json = {"gate": None, "approvers": [], "quorum": 0, "approved": [], "missing": []}


def at(minutes: float) -> str:
    """A moment of the night."""
    return (datetime.fromisoformat("2026-01-01T02:00:00+00:00") + timedelta(minutes=minutes)).isoformat()


class Night:
    """One run whose rows a test writes."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.started: Run = write(ledger, new_run(PLAN, started=at(0)))
        self.id = self.started.run

    def line(self, name: str, **changes: Any) -> None:
        self.ledger.steps.change(self.id, self.seq(name), **changes)

    def done(self, name: str, started: float, ended: float, **more: Any) -> None:
        self.line(name, state="done", started=at(started), ended=at(ended), **more)

    def undone(self, name: str, started: float, ended: float | None, **more: Any) -> None:
        state = "undone" if ended is not None else "done"
        self.line(name, undo_started=at(started), undo_ended=at(ended) if ended is not None else None, state=state, **more)

    def run(self, **changes: Any) -> None:
        self.ledger.runs.change(self.started.workload, self.id, **changes)

    def seq(self, name: str) -> int:
        return next(int(line["seq"]) for line in self.started.runbook if line["name"] == name)

    def status(self) -> Json:
        return status(self.ledger, self.ledger.runs.get(self.id), {"status": "here"})

    def step(self, name: str) -> Json:
        return next(line for line in self.status()["steps"] if line["name"] == name)


@pytest.fixture
def night(ledger: Ledger) -> Night:
    return Night(ledger)


def test_the_phase_is_the_line_at_work(night: Night) -> None:
    assert night.status()["phase"] == "running"
    night.done("confirm_prerequisites", 0, 1)
    night.line("snapshot_source", state="running", started=at(1))
    assert night.status()["phase"] == "snapshot_source"
    night.line("snapshot_source", state="waiting")
    assert night.status()["phase"] == "snapshot_source"


def test_the_phase_of_a_way_back_is_what_is_being_undone(night: Night) -> None:
    for place, name in enumerate(["announce", "quiesce_source", "drain_source"]):
        night.done(name, place, place + 1)
    night.run(state="failing-back", failing_back=True)
    assert night.status()["phase"] == "failing back: ..."
    night.line("drain_source", state="undo-failed", undo_started=at(5), undo_error={"message": "no", "mend": ""})
    night.undone("quiesce_source", 6, None)
    assert night.status()["phase"] == "failing back: quiesce_source", "what failed is not at work any more"


@pytest.mark.parametrize("state", ["migrated", "failed-back", "needs-operator"])
def test_the_phase_of_an_ended_run_is_its_end(night: Night, state: str) -> None:
    night.line("bake", state="waiting", started=at(1), waiting_for="time to pass")
    night.run(state=state, ended=at(9))
    found = night.status()
    assert (found["phase"], found["waiting_for"]) == (state, None)


def test_a_gate_waits_for_its_approvers(night: Night) -> None:
    night.line("cutover", state="waiting", started=at(1), waiting_for="approval of cutover", waiting_since=at(1))
    people = ["Lena Lead", "Petra Product"]
    asked = {"gate": "cutover", "approvers": people, "quorum": 1, "approved": [], "missing": people}
    expected = {"what": "approval of cutover", "since": at(1), **asked}
    assert night.status()["waiting_for"] == expected


def test_a_step_waits_for_something_and_nobody_has_to_approve(night: Night) -> None:
    night.line("drain_source", state="waiting", started=at(1), waiting_for="3 messages", waiting_since=at(2))
    assert night.status()["waiting_for"] == {"what": "3 messages", "since": at(2), **NOBODY}
    night.line("drain_source", waiting_for=None)
    assert (night.status()["waiting_for"], night.step("drain_source")["waiting_since"]) == (None, None)


@pytest.mark.parametrize("gate", [False, True])
def test_a_paused_run_waits_for_a_person_also_at_a_gate(night: Night, gate: bool) -> None:
    if gate:
        night.line("cutover", state="waiting", started=at(1), waiting_for="approval of cutover", waiting_since=at(1))
    night.run(state="paused", why="paused by Lena Lead")
    found = night.status()
    assert found["waiting_for"] == {"what": "paused by Lena Lead", "since": found["updated"], **NOBODY}


def test_a_run_that_goes_back_waits_at_no_gate(night: Night) -> None:
    night.line("cutover", state="waiting", started=at(1), waiting_for="approval of cutover", waiting_since=at(1))
    night.run(state="failing-back", failing_back=True)
    assert night.status()["waiting_for"] is None
    night.line("switch_traffic", state="done", started=at(0), waiting_for="resolvers", waiting_since=at(2))
    assert night.status()["waiting_for"]["what"] == "resolvers"


def test_a_window_that_is_open_is_used_up_by_the_minute(night: Night) -> None:
    assert night.status()["window"] is None
    opened = (datetime.fromisoformat(now()) - timedelta(minutes=15)).isoformat()
    night.run(window_opened=opened)
    found = night.status()["window"]
    assert (found["opened"], found["closed"], found["length_seconds"]) == (opened, None, 1800.0)
    assert found["used_percent"] == 50


@pytest.mark.parametrize("afterwards", [{}, {"state": "undone"}])
def test_a_window_that_was_closed_stays_closed(night: Night, afterwards: Json) -> None:
    night.run(window_opened=at(0))
    night.done("close_window", 17, 18)
    night.line("close_window", **afterwards)
    found = night.status()["window"]
    assert (found["closed"], found["used_percent"]) == (at(18), 60)


def test_a_window_ends_with_its_run(night: Night) -> None:
    night.run(window_opened=at(0), ended=at(36))
    found = night.status()["window"]
    assert (found["closed"], found["used_percent"]) == (at(36), 120)


def test_downtime_ends_when_azure_serves(night: Night) -> None:
    assert night.status()["downtime_seconds"] is None
    night.done("quiesce_source", 0, 1)
    assert night.status()["downtime_seconds"] > 1000, "it goes on until now"
    night.done("verify_traffic", 9, 10)
    assert night.status()["downtime_seconds"] == 600


def test_an_answer_that_was_wrong_is_no_service(night: Night) -> None:
    night.done("quiesce_source", 0, 1)
    night.line(
        "verify_traffic", state="undone", started=at(9), ended=at(10), error={"code": "timeout", "message": "", "mend": ""}
    )
    night.undone("quiesce_source", 15, 20)
    assert night.status()["downtime_seconds"] == 1200


def test_downtime_of_a_way_back_from_the_window_ends_when_the_source_is_open(night: Night) -> None:
    night.done("quiesce_source", 0, 1)
    night.undone("quiesce_source", 6, 7)
    assert night.status()["downtime_seconds"] == 420


def test_downtime_of_a_late_way_back_leaves_out_the_time_that_azure_served(night: Night) -> None:
    night.done("quiesce_source", 0, 1)
    night.done("switch_traffic", 7, 8)
    night.done("verify_traffic", 9, 10)
    night.undone("verify_traffic", 100, 100)
    assert night.status()["downtime_seconds"] == 600
    night.undone("switch_traffic", 100, 102)
    night.undone("quiesce_source", 103, 105)
    assert night.status()["downtime_seconds"] == 600 + 300


def test_the_weight_is_what_was_last_set(night: Night) -> None:
    assert night.status()["weight"] == 0
    night.line("switch_traffic", state="running", started=at(1))
    assert night.status()["weight"] == 0
    night.line("switch_traffic", evidence={"weight": 100})
    assert night.status()["weight"] == 100
    night.undone("switch_traffic", 5, None, undo_evidence={"weight": 0})
    assert night.status()["weight"] == 0


def test_what_could_not_be_undone_is_left_over(night: Night) -> None:
    error = {"code": "denied", "message": "no", "mend": "Grant it."}
    night.line("quiesce_source", state="undo-failed", started=at(0), undo_started=at(5), undo_error=error)
    night.line("announce", state="undo-failed", started=at(0), undo_error=error)
    assert [(left["step"], left["error"]) for left in night.status()["leftovers"]] == [
        ("announce", error),
        ("quiesce_source", error),
    ]


@pytest.mark.parametrize(("name", "total"), [("copy_state", SHARDS + 1), ("verify_state", SHARDS)])
def test_progress_counts_the_parts_of_that_step(ledger: Ledger, name: str, total: int) -> None:
    queues = [queue.model_copy(update={"leftover": "move"}) for queue in PLAN.state.queues[:1]]
    plan = PLAN.model_copy(update={"state": PLAN.state.model_copy(update={"queues": queues})})
    run = write(ledger, new_run(plan))
    seq = next(int(line["seq"]) for line in run.runbook if line["name"] == name)
    ledger.steps.change(run.run, seq, state="running", started=at(0))
    assert status(ledger, run, {})["steps"][seq - 1]["progress"] is None
    ledger.steps.change(run.run, seq, evidence={})
    for part, done in (("orders~0", True), ("orders~1", False)):
        ledger.steps.keep_part(run.run, seq, "do", part, {"items": 5, "bytes": 1, "token": None, "done": done, "conflicts": []})
    found = status(ledger, run, {})["steps"][seq - 1]["progress"]
    assert found == {"done": 1, "total": total, "unit": "parts (10 items)"}
    ledger.steps.change(run.run, seq, state="done")
    assert status(ledger, run, {})["steps"][seq - 1]["progress"] is None


def test_a_line_that_was_left_waiting_takes_no_time_after_the_end(night: Night) -> None:
    night.line("cutover", state="waiting", started=at(10))
    assert night.step("cutover")["seconds"] > 1000
    night.run(state="failed-back", ended=at(12))
    assert night.step("cutover")["seconds"] == 120
    assert night.step("finalize")["seconds"] is None


def test_the_status_says_what_runs_and_what_was_asked(night: Night) -> None:
    night.run(asked="pause", state="waiting", why="approval of cutover")
    found = night.status()
    run = night.started
    assert (found["run"], found["state"], found["why"], found["ended"]) == (run.run, "waiting", "approval of cutover", None)
    assert (found["plan_hash"], found["runbook_hash"], found["code_version"]) == (
        run.plan_hash,
        run.runbook_hash,
        run.code_version,
    )
    assert (found["asked"], found["links"]) == ("pause", {"status": "here"})


def test_what_a_step_must_remember_at_length_is_shown_in_short(night: Night) -> None:
    keys = [f"key{number:04}" for number in range(5000)]
    night.done("verify_state", 1, 2, evidence={"touched": {"orders": {"keys": keys, "whole": True}}, "items": 3})
    shown = night.step("verify_state")["evidence"]
    assert shown["items"] == 3
    assert shown["touched"]["orders"] == {"keys": [*keys[:100], "... 4900 more"], "whole": True}
    assert night.ledger.steps.get(night.id, night.seq("verify_state")).evidence["touched"]["orders"]["keys"] == keys
