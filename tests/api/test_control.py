"""People's words: in the ledger before anybody is told, an abort never taken back, and never accepted and ignored."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from durabletask.client import OrchestrationStatus

from api import control
from ledger.errors import LedgerRefused, LedgerUnavailable
from ledger.ledger import Ledger
from ledger.runs import Run
from tests.api.doors import Durable, Json, ask, problem, read, request
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

PLAN = example()
BEGAN = "2026-11-23T02:00:00+00:00"
LEAD = {"by": "Lena Lead", "reason": "complaints"}


@pytest.fixture
def run(ledger: Ledger) -> Run:
    """A run that is on its way."""
    return write(ledger, new_run(PLAN))


@pytest.fixture
def durable(run: Run) -> Durable:
    """The host's client; the run's orchestration lives."""
    return Durable(living={run.run: OrchestrationStatus.RUNNING})


def say(durable: Durable, run: str, action: str, body: Any = LEAD) -> Any:
    return ask(getattr(control, action), request("POST", f"migrations/{run}/{action}", body, run=run), durable)


def decide(durable: Durable, run: Run, gate: str, **changes: str) -> Any:
    body = {"decision": "approve", "by": "Petra Product", "reason": "", "runbook_hash": run.runbook_hash} | changes
    req = request("POST", f"migrations/{run.run}/approvals/{gate}", body, run=run.run, gate=gate)
    return ask(control.approve, req, durable)


def seq_of(run: Run, name: str) -> int:
    return next(int(line["seq"]) for line in run.runbook if line["name"] == name)


def waits(ledger: Ledger, run: Run, gate: str) -> int:
    seq = seq_of(run, gate)
    ledger.steps.change(run.run, seq, state="waiting", started=BEGAN)
    return seq


def told(ledger: Ledger, run: Run, kind: str) -> list[tuple[str, str]]:
    return [(event["who"], event["text"]) for event in ledger.events.of(run.run) if event["kind"] == kind]


@pytest.mark.parametrize(("action", "asked"), [("pause", "pause"), ("resume", ""), ("abort", "abort")])
def test_a_word_is_kept_and_passed_on(ledger: Ledger, durable: Durable, run: Run, action: str, asked: str) -> None:
    answer = say(durable, run.run, action)
    assert (answer.status_code, read(answer)) == (202, {"run": run.run, "action": action, "by": "Lena Lead"})
    found = ledger.runs.get(run.run)
    assert (found.asked, found.asked_by, found.asked_reason) == (asked, "Lena Lead", "complaints")
    assert durable.raised == [(run.run, "control", {"action": action, **LEAD})]
    assert told(ledger, run, "control") == [("Lena Lead", f"{action} (complaints)")]


@pytest.mark.parametrize("action", ["pause", "abort"])
def test_the_ledger_has_a_word_that_the_orchestration_was_never_told(
    ledger: Ledger, durable: Durable, run: Run, action: str
) -> None:
    durable.broken = True
    assert problem(say(durable, run.run, action))["status"] == 500
    assert ledger.runs.get(run.run).asked == action
    assert len(told(ledger, run, "control")) == 1


def test_a_word_wakes_up_a_run_whose_orchestration_is_lost(durable: Durable, run: Run) -> None:
    durable.living.clear()
    assert say(durable, run.run, "pause").status_code == 202
    assert [one["id"] for one in durable.started] == [run.run]
    assert durable.raised == [], "what begins anew reads the ledger first"


@pytest.mark.parametrize("action", ["pause", "resume", "abort"])
def test_an_abort_is_never_taken_back(ledger: Ledger, durable: Durable, run: Run, action: str) -> None:
    say(durable, run.run, "abort")
    assert say(durable, run.run, action, {"by": "Petra Product", "reason": "no"}).status_code == 202
    found = ledger.runs.get(run.run)
    assert (found.asked, found.asked_by, found.asked_reason) == ("abort", "Lena Lead", "complaints")


def test_of_words_at_the_same_moment_an_abort_stays(ledger: Ledger, durable: Durable, run: Run) -> None:
    with ThreadPoolExecutor(6) as pool:
        words = ["pause", "resume", "abort", "pause", "resume", "pause"]
        answers = list(pool.map(lambda action: say(durable, run.run, action).status_code, words))
    assert answers == [202] * 6
    assert ledger.runs.get(run.run).asked == "abort"


def test_an_abort_after_the_approval_wins_until_the_gate_has_taken_it(ledger: Ledger, durable: Durable, run: Run) -> None:
    waits(ledger, run, "finalize")
    assert decide(durable, run, "finalize").status_code == 202
    assert say(durable, run.run, "abort").status_code == 202
    assert ledger.steps.settle(run.run, "on", "Petra Product")["way"] == "back", "the gate finds the abort there"


def test_an_abort_past_the_point_of_no_return_is_refused(ledger: Ledger, durable: Durable, run: Run) -> None:
    assert ledger.steps.settle(run.run, "on", "Petra Product")["way"] == "on"
    found = problem(say(durable, run.run, "abort"))
    assert (found["status"], found["title"]) == (409, "Past the point of no return")
    assert (ledger.runs.get(run.run).asked, durable.raised) == ("", [])
    assert say(durable, run.run, "pause").status_code == 202


def test_of_an_abort_and_the_last_step_at_once_exactly_one_has_its_way(ledger: Ledger) -> None:
    for _ in range(5):
        run = write(ledger, new_run(PLAN))
        durable = Durable(living={run.run: OrchestrationStatus.RUNNING})
        with ThreadPoolExecutor(2) as pool:
            abort = pool.submit(say, durable, run.run, "abort")
            gate = pool.submit(ledger.steps.settle, run.run, "on", "Petra Product")
        assert (abort.result().status_code, gate.result()["way"]) in {(202, "back"), (409, "on")}


@pytest.mark.parametrize("state", ["migrated", "failed-back", "needs-operator"])
@pytest.mark.parametrize("action", ["pause", "resume", "abort"])
def test_a_run_that_came_to_its_end_hears_nothing(ledger: Ledger, durable: Durable, run: Run, action: str, state: str) -> None:
    ledger.runs.change(run.workload, run.run, state=state)
    assert problem(say(durable, run.run, action))["title"] == "Run ended"
    assert (ledger.runs.get(run.run).asked, durable.raised) == ("", [])


@pytest.mark.parametrize(("action", "status"), [("pause", 409), ("resume", 409), ("abort", 202)])
def test_a_way_back_is_not_held_up(ledger: Ledger, durable: Durable, run: Run, action: str, status: int) -> None:
    ledger.runs.change(run.workload, run.run, state="failing-back", failing_back=True)
    assert say(durable, run.run, action).status_code == status


def test_only_what_needs_a_person_is_retried(ledger: Ledger, durable: Durable, run: Run) -> None:
    refused = problem(say(durable, run.run, "retry"))
    assert (refused["status"], refused["title"]) == (409, "Nothing to retry")
    ledger.runs.change(run.workload, run.run, state="needs-operator")
    durable.living[run.run] = OrchestrationStatus.COMPLETED
    assert say(durable, run.run, "retry").status_code == 202
    assert [one["id"] for one in durable.started] == [run.run]
    assert told(ledger, run, "control") == [("Lena Lead", "retry (complaints)")]


@pytest.mark.parametrize("action", ["pause", "resume", "abort", "retry"])
@pytest.mark.parametrize(
    "body", [{}, {"by": " "}, {"by": 7}, {"by": "x" * 501}, {"by": "Lena Lead", "reason": "x" * 501}, [], b"by=Lena"]
)
def test_a_word_without_a_name_or_with_too_much_is_refused(
    ledger: Ledger, durable: Durable, run: Run, action: str, body: Any
) -> None:
    assert problem(say(durable, run.run, action, body))["status"] == 400
    assert (ledger.runs.get(run.run).asked, told(ledger, run, "control"), durable.raised) == ("", [], [])


@pytest.mark.parametrize("action", ["pause", "resume", "abort", "retry"])
def test_nobody_has_no_run(durable: Durable, action: str) -> None:
    found = problem(say(durable, "no-such-run", action))
    assert (found["status"], found["title"]) == (404, "Run unknown")


def test_an_approval_is_written_once_and_the_gate_is_told(ledger: Ledger, durable: Durable, run: Run) -> None:
    seq = waits(ledger, run, "cutover")
    answer = decide(durable, run, "cutover")
    expected = {"run": run.run, "gate": "cutover", "decision": "approve", "by": "Petra Product", "decided": True, "missing": 0}
    assert (answer.status_code, read(answer)) == (202, expected)
    assert durable.raised == [(run.run, "cutover", {"by": "Petra Product"})]
    again = problem(decide(durable, run, "cutover", decision="reject", reason="no"))
    assert (again["status"], again["title"]) == (409, "Decision refused")
    kept = ledger.steps.decision(run.run, seq)
    assert kept is not None
    assert kept["decision"] == "approve"
    assert len(durable.raised) == 1


def test_the_ledger_has_a_decision_that_the_gate_was_never_told(ledger: Ledger, durable: Durable, run: Run) -> None:
    seq, durable.broken = waits(ledger, run, "cutover"), True
    assert problem(decide(durable, run, "cutover"))["status"] == 500
    assert ledger.steps.decision(run.run, seq) is not None


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"by": "Mallory"}, 403), ({"decision": ""}, 400), ({"runbook_hash": ""}, 400), ({"runbook_hash": "0" * 64}, 409)],
)
def test_a_decision_that_does_not_count_tells_nobody(
    ledger: Ledger, durable: Durable, run: Run, changes: Json, status: int
) -> None:
    seq = waits(ledger, run, "cutover")
    assert problem(decide(durable, run, "cutover", **changes))["status"] == status
    assert (ledger.steps.decision(run.run, seq), durable.raised) == (None, [])


@pytest.mark.parametrize(("error", "title"), [(LedgerUnavailable, "Ledger unreachable"), (LedgerRefused, "Ledger refused")])
def test_without_the_ledger_nobody_is_told(
    durable: Durable, run: Run, monkeypatch: pytest.MonkeyPatch, error: type[Exception], title: str
) -> None:
    def silent() -> Ledger:
        raise error("reading runs: no answer")

    monkeypatch.setattr(control, "open_ledger", silent)
    for answer in (say(durable, run.run, "abort"), decide(durable, run, "cutover")):
        found = problem(answer)
        assert (found["status"], found["title"]) == (503, title)
    assert (durable.raised, durable.started) == ([], [])
