"""One attempt after the other at one step, over a real ledger: whatever happens between them, the way back is known."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from activities.record import LedgerRecord
from adapters.errors import AdapterError, Denied
from ledger.errors import LedgerUnavailable
from ledger.ledger import Ledger
from tests.activities.painting import SECRET, Site

OLD = {"north": "white", "south": "green"}
BLUE = {"north": "blue", "south": "blue"}


@pytest.fixture
def site(ledger: Ledger) -> Site:
    return Site(ledger)


def break_with(error: Exception) -> Any:
    def trouble() -> None:
        raise error

    return trouble


def test_a_step_is_done_and_undone(site: Site) -> None:
    assert site.attempt.do() == {"state": "done"}
    assert site.world.colours == BLUE
    row = site.row
    assert (row.state, row.attempts, row.evidence["coats"], row.error) == ("done", 1, 1, None)
    assert row.started <= row.ended
    assert site.attempt.undo() == {"state": "done"}
    assert site.world.colours == OLD
    assert (site.row.state, site.row.undo_evidence["restored"]) == ("undone", 2)


def test_done_twice_is_done_once(site: Site) -> None:
    site.attempt.do()
    calls = list(site.world.calls)
    assert site.attempt.do() == {"state": "done"}
    assert site.world.calls == calls


def test_undone_twice_is_undone_once(site: Site) -> None:
    site.attempt.do()
    site.attempt.undo()
    calls = list(site.world.calls)
    assert site.attempt.undo() == {"state": "done"}
    assert site.world.calls == calls


def test_what_is_delivered_again_after_the_turn_back_does_nothing(site: Site) -> None:
    site.attempt.do()
    site.ledger.steps.change(site.run.run, 1, state="running", ended=None)  # done, but its end was never recorded
    site.attempt.undo()
    late = site.attempt.do()
    assert late["error"]["code"] == "too-late"
    assert site.world.colours == OLD
    assert site.row.state == "undone"


def test_the_before_state_is_in_the_ledger_before_anything_changes(site: Site) -> None:
    known: list[Any] = []
    site.world.trouble["do"] = lambda: known.append(site.ledger.steps.before(site.run.run, 1))
    site.attempt.do()
    assert known == [OLD]


def test_half_a_do_is_undone_whole(site: Site) -> None:
    site.world.trouble["paint south"] = break_with(Denied("painting south is denied", "Ask the landlord."))
    failed = site.attempt.do()
    assert failed["error"] == {"code": "denied", "message": "painting south is denied", "mend": "Ask the landlord."}
    assert (site.row.state, site.row.error) == ("failed", failed["error"])
    assert site.world.colours == {"north": "blue", "south": "green"}
    assert site.attempt.undo() == {"state": "done"}
    assert site.world.colours == OLD


def test_a_second_try_keeps_the_true_before_state(site: Site) -> None:
    site.world.trouble["paint south"] = break_with(Denied("no"))
    site.attempt.do()
    site.world.trouble.clear()
    assert site.attempt.do() == {"state": "done"}
    assert (site.row.attempts, site.row.error) == (2, None)
    assert site.world.calls.count("snapshot") == 1
    site.attempt.undo()
    assert site.world.colours == OLD


def test_a_snapshot_that_failed_changed_nothing_and_needs_no_undo(site: Site) -> None:
    site.world.trouble["snapshot"] = break_with(Denied("no"))
    assert site.attempt.do()["state"] == "failed"
    assert site.attempt.undo() == {"state": "done"}
    assert "undo" not in site.world.calls
    assert site.row.state == "undone"


def test_a_step_that_never_began_needs_no_undo(site: Site) -> None:
    assert site.attempt.undo() == {"state": "done"}
    assert site.world.calls == []


def test_a_wait_does_nothing_twice_and_tells_since_when(site: Site) -> None:
    site.world.wet = 3
    asked = [site.attempt.do() for _ in range(3)]
    assert asked == [{"state": "waiting", "waiting_for": "the paint to dry"}] * 3
    first = site.row
    assert (first.state, first.waiting_for, first.evidence["looks"]) == ("waiting", "the paint to dry", 3)
    assert site.attempt.do() == {"state": "done"}
    assert site.world.calls.count("do") == 1
    assert site.row.waiting_for is None
    assert first.waiting_since <= site.row.ended


def test_since_when_is_kept_while_it_waits(site: Site) -> None:
    site.world.wet = 3
    site.attempt.do()
    since = site.row.waiting_since
    site.attempt.do()
    assert site.row.waiting_since == since


def test_a_failed_verdict_is_done_anew_at_the_next_try(site: Site) -> None:
    site.world.wet = 1
    site.attempt.do()
    site.world.colours["north"] = "pink"
    assert "not blue" in site.attempt.do()["error"]["message"]
    assert site.attempt.do() == {"state": "done"}
    assert site.row.evidence["try"] == 2
    assert "looks" not in site.row.evidence


def test_patience_runs_out_and_begins_afresh_with_a_new_try(site: Site) -> None:
    site.step.waits = timedelta(0)
    site.world.wet = 3
    assert site.attempt.do()["state"] == "waiting"
    late = site.attempt.do()
    assert (late["error"]["code"], late["error"]["message"]) == ("timeout", "still waiting for the paint to dry")
    assert site.row.waiting_for is None
    assert site.attempt.do()["state"] == "waiting"
    assert site.attempt.do()["state"] == "done"


def test_an_undo_that_ran_out_of_patience_can_be_tried_again(site: Site) -> None:
    site.attempt.do()
    site.step.waits = timedelta(0)
    site.world.wet = 3
    assert site.attempt.undo()["state"] == "waiting"
    assert site.attempt.undo()["error"]["code"] == "timeout"
    assert site.row.state == "undo-failed"
    assert site.attempt.undo()["state"] == "waiting"
    assert site.attempt.undo() == {"state": "done"}
    assert (site.row.state, site.row.undo_error) == ("undone", None)


def test_an_undo_begins_its_own_wait(site: Site) -> None:
    site.world.wet = 2
    site.attempt.do()
    site.step.waits = timedelta(0)
    assert site.attempt.undo()["state"] == "waiting"


def test_an_undo_that_leaves_something_behind_has_failed(site: Site) -> None:
    site.attempt.do()
    site.world.trouble["undone"] = lambda: site.world.colours.update(south="pink")
    failed = site.attempt.undo()
    assert failed["state"] == "failed"
    assert "pink" in failed["error"]["message"]
    assert (site.row.state, site.row.undo_error) == ("undo-failed", failed["error"])
    site.world.trouble.clear()
    assert site.attempt.undo() == {"state": "done"}


def test_parts_are_worked_off_piece_by_piece(site: Site) -> None:
    site.world.parts, site.world.pieces = ("a~0", "b/#~1"), 2
    assert site.attempt.do() == {"state": "parts", "parts": ["a~0", "b/#~1"]}
    assert [site.attempt.piece("do", "a~0")["state"] for _ in range(3)] == ["more", "done", "done"]
    assert site.attempt.do() == {"state": "parts", "parts": ["b/#~1"]}
    assert [site.attempt.piece("do", "b/#~1")["state"] for _ in range(2)] == ["more", "done"]
    assert site.attempt.do() == {"state": "done"}
    found = site.row.evidence["parts"]["a~0"]
    assert (found["items"], found["bytes"], found["conflicts"], found["note"]) == (20, 200, ["a~0-1", "a~0-2"], {"seen": 2})
    assert site.world.calls.count("do") == 1


def test_parts_of_the_way_back_are_apart(site: Site) -> None:
    site.attempt.do()
    site.world.parts = ("a~0",)
    assert site.attempt.undo() == {"state": "parts", "parts": ["a~0"]}
    assert site.attempt.piece("undo", "a~0") == {"state": "done"}
    assert site.attempt.undo() == {"state": "done"}
    assert site.world.calls.count("undo") == 1


def test_an_abort_stops_a_part_but_not_the_way_back(site: Site) -> None:
    site.world.parts = ("a~0",)
    site.attempt.do()
    site.ledger.runs.change(site.run.workload, site.run.run, asked="abort")
    assert site.attempt.piece("do", "a~0") == {"state": "stopped"}
    assert site.attempt.piece("undo", "a~0") == {"state": "done"}


def test_parts_whose_verdict_was_a_failure_are_worked_off_anew(site: Site) -> None:
    site.world.parts = ("a~0",)
    site.attempt.do()
    site.attempt.piece("do", "a~0")
    site.world.colours["north"] = "pink"
    assert site.attempt.do()["state"] == "failed"
    assert site.attempt.do() == {"state": "parts", "parts": ["a~0"]}


@pytest.mark.parametrize("deed", ["snapshot", "do", "verify", "undo", "undone", "part a~0"])
def test_the_text_of_an_unforeseen_exception_is_nowhere(site: Site, deed: str, caplog: pytest.LogCaptureFixture) -> None:
    if deed.startswith("undo"):
        site.attempt.do()
    site.world.parts = ("a~0",) if deed.startswith("part") else ()
    site.world.trouble[deed] = break_with(ValueError(SECRET))
    with caplog.at_level(logging.DEBUG):
        answers = [site.attempt.undo() if deed.startswith("undo") else site.attempt.do()]
        answers += [site.attempt.piece("do", "a~0"), site.attempt.piece("undo", "a~0")] if site.world.parts else []
    assert any(answer.get("error", {}).get("code") == "unexpected" for answer in answers)
    assert "unexpected ValueError at test_lifecycle.py:" in site.everything()
    for told in (repr(answers), site.everything(), caplog.text):
        assert SECRET not in told


def test_a_silent_ledger_is_told_and_nothing_is_lost(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:

        def silent(*_args: object, **_more: object) -> None:
            raise LedgerUnavailable("writing steps: ServiceRequestError")

        patch.setattr(site.ledger.steps, "change", silent)
        assert site.attempt.do()["error"]["code"] == "ledger-unreachable"
    assert site.world.calls == []
    assert site.attempt.do() == {"state": "done"}


def test_a_step_sees_the_record_of_other_lines(site: Site) -> None:
    record = LedgerRecord(site.ledger, site.run)
    assert (record.begun("paint"), record.before("paint"), record.started("paint")) == (False, None, None)
    site.attempt.do()
    assert (record.begun("paint"), record.before("paint"), record.parts("paint")) == (True, OLD, {})
    assert record.evidence("paint")["coats"] == 1
    began, ended = record.started("paint"), record.ended("paint")
    assert began is not None
    assert ended is not None
    assert began <= ended
    assert not record.begun("never")


def test_a_cloud_that_is_silent_is_named_as_waited_for_until_it_answers(site: Site) -> None:
    site.world.trouble["do"] = site.world.trouble["undo"] = break_with(AdapterError("unreachable", "the landlord is away", ""))
    site.attempt.do()
    assert site.row.state == "failed"
    assert site.row.waiting_for.startswith("another try after: the landlord is away (since ")
    since = site.row.waiting_since
    site.attempt.do()
    assert site.row.waiting_since == since, "of one silence, the beginning is told"
    site.ledger.steps.change(site.run.run, 1, waiting_since="2026-01-01T00:00:00+00:00")
    site.attempt.do()
    assert site.row.waiting_for == "another try after: the landlord is away", "its time is over"
    del site.world.trouble["do"]
    assert site.attempt.do() == {"state": "done"}
    assert not site.row.waiting_for
    site.attempt.undo()
    assert site.row.waiting_for.startswith("another try after: the landlord is away (since ")
    site.ledger.steps.change(site.run.run, 1, waiting_since="2026-01-01T00:00:00+00:00")
    del site.world.trouble["undo"]
    site.world.wet = 1
    assert site.attempt.undo()["state"] == "waiting", "the silence is no part of the step's patience"
    assert site.attempt.undo() == {"state": "done"}
    assert site.row.waiting_for is None


def test_an_undo_that_waits_after_a_silent_cloud_has_an_end_to_its_patience(site: Site) -> None:
    site.attempt.do()
    site.world.trouble["undo"] = break_with(AdapterError("unreachable", "the landlord is away", ""))
    site.attempt.undo()
    del site.world.trouble["undo"]
    site.world.wet = 1_000
    assert [site.attempt.undo()["state"] for _ in range(2)] == ["waiting", "waiting"]
    site.ledger.steps.change(site.run.run, 1, waiting_since="2026-01-01T00:00:00+00:00")
    assert site.attempt.undo()["error"]["code"] == "timeout"
