"""The acts of the way back, over a real ledger: what is undone, when a silent AWS is waited for, and how a run ends."""

from typing import Any

import pytest

from activities import context, run_control
from adapters.errors import AdapterError, Denied
from ledger.ledger import Ledger
from ledger.status import status
from tests.activities.acts_stage import BEGAN, PLAN, Stage

PATIENT: dict[str, Any] = {"patient": True, "silent_since": BEGAN, "tried_until": "2026-11-23T02:02:00+00:00"}
OVER = PATIENT | {"patient": False}


@pytest.fixture
def stage(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Stage:
    stage = Stage(ledger, PLAN)
    monkeypatch.setattr(context, "world_for", lambda *_: stage.world)
    return stage


def test_the_way_back_names_what_was_begun_last_first(stage: Stage) -> None:
    stage.has_begun("confirm_prerequisites", "snapshot_source", "open-window", "announce")
    stage.has_begun("quiesce_source", state="failed")
    stage.has_begun("prepare_dns", state="undone")
    found = stage.act(run_control.begin_failback, why="enough", **OVER)
    assert [line["name"] for line in found["lines"]] == [
        "quiesce_source",
        "announce",
        "snapshot_source",
        "confirm_prerequisites",
    ]
    assert (stage.run.state, stage.run.failing_back, stage.run.why) == ("failing-back", True, "enough")
    again = stage.act(run_control.begin_run)
    assert (again["done"], again["failing_back"]) == ([], "enough")


@pytest.mark.parametrize(
    ("begun", "trouble", "blocked"),
    [
        ("switch_traffic", AdapterError("unreachable", "Lambda does not answer"), True),
        ("switch_traffic", Denied("denied"), False),
        ("announce", AdapterError("unreachable", "Lambda does not answer"), False),
    ],
)
def test_with_azure_the_only_healthy_side_the_run_does_not_turn(
    stage: Stage, begun: str, trouble: AdapterError, blocked: bool
) -> None:
    stage.has_begun(begun)
    stage.source.trouble = trouble
    found = stage.act(run_control.begin_failback, why="enough", **OVER)
    assert bool(found["blocked"]) == blocked
    assert bool(found["lines"]) != blocked
    assert stage.run.failing_back != blocked
    if blocked:
        ended = stage.act(run_control.end_failback, why="enough", blocked=found["blocked"], **OVER)
        assert ended["outcome"] == "needs-operator"
        assert "Retry once AWS answers" in ended["why"]
        assert stage.act(run_control.begin_run)["failing_back"] == ""


def test_a_silent_aws_is_waited_for_visibly_before_the_run_turns(stage: Stage) -> None:
    stage.has_begun("switch_traffic")
    stage.source.trouble = AdapterError("unreachable", "Lambda does not answer")
    for _ in range(2):
        found = stage.act(run_control.begin_failback, why="enough", **PATIENT)
        assert found["state"] == "waiting"
    assert (stage.run.failing_back, stage.run.alive, stage.run.why) == (False, True, "enough")
    assert stage.run.awaits == "AWS: Lambda does not answer (since 02:00:00 UTC, tried until 02:02:00 UTC)"
    assert stage.events("failback") == [f"The way back waits for {stage.run.awaits}."], "told once"
    waited = status(stage.ledger, stage.run, {})["waiting_for"]
    assert (waited["what"], waited["since"]) == (stage.run.awaits, PATIENT["silent_since"])
    stage.source.trouble = None
    assert stage.act(run_control.begin_failback, why="enough", **PATIENT)["lines"]
    assert (stage.run.failing_back, stage.run.awaits) == (True, "")


def test_clients_that_are_on_aws_again_need_no_waiting(stage: Stage) -> None:
    stage.has_begun("switch_traffic", state="undone")
    stage.has_begun("announce")
    stage.source.trouble = AdapterError("unreachable", "Lambda does not answer")
    assert [line["name"] for line in stage.act(run_control.begin_failback, why="enough", **PATIENT)["lines"]] == ["announce"]


def test_a_source_that_is_silent_at_the_last_look_is_waited_for(stage: Stage) -> None:
    stage.has_begun("snapshot_source")
    stage.remember_the_source()
    stage.source.trouble = AdapterError("unreachable", "Lambda does not answer")
    assert stage.act(run_control.end_failback, why="enough", blocked="", **PATIENT)["state"] == "waiting"
    assert stage.run.awaits
    ended = stage.act(run_control.end_failback, why="enough", blocked="", **OVER)
    assert ended == {"outcome": "needs-operator", "why": "the source cannot be read: Lambda does not answer"}
    stage.act(run_control.begin_run)
    assert stage.run.awaits == "", "a retry waits anew"


def test_an_exact_way_back_ends_the_run_and_frees_the_workload(stage: Stage) -> None:
    stage.has_begun("snapshot_source")
    stage.remember_the_source()
    stage.act(run_control.begin_failback, why="enough", **OVER)
    assert stage.act(run_control.end_failback, why="enough", blocked="", **OVER) == {"outcome": "failed-back", "why": "enough"}
    assert (stage.run.state, stage.run.alive) == ("failed-back", False)
    assert stage.ledger.locks.holder(stage.planned.workload) is None
    details = [event["detail"] for event in stage.ledger.events.of(stage.id) if event["kind"] == "failback"]
    assert details[-1]["before"] == details[-1]["after"]


def test_what_is_left_over_is_listed_and_can_be_retried(stage: Stage) -> None:
    stage.has_begun("snapshot_source", "announce")
    stage.remember_the_source()
    stage.act(run_control.begin_failback, why="enough", **OVER)
    stage.has_begun("announce", state="undo-failed", undo_error={"code": "x", "message": "nobody listens", "mend": ""})
    stage.source.ttl = 60
    for _ in range(2):
        ended = stage.act(run_control.end_failback, why=stage.act(run_control.begin_run)["failing_back"], blocked="", **OVER)
        assert ended["outcome"] == "needs-operator"
        assert "announce: nobody listens" in ended["why"]
        assert "source: router.ttl: 300 -> 60" in ended["why"]
        assert (stage.run.state, stage.run.alive) == ("needs-operator", True)
        assert stage.run.why.count("enough") == 1
        assert stage.ledger.locks.holder(stage.planned.workload) == stage.id
    stage.act(run_control.begin_run)
    assert (stage.run.state, stage.run.ended) == ("failing-back", None)


def test_a_source_that_cannot_be_read_is_not_called_restored(stage: Stage) -> None:
    stage.has_begun("snapshot_source")
    stage.ledger.steps.keep_before(stage.id, stage.seq("snapshot_source"), {"any": "state"})
    stage.source.trouble = Denied("reading is denied")
    assert "reading is denied" in stage.act(run_control.end_failback, why="enough", blocked="", **OVER)["why"]
