"""Preflight asks whether everybody is reached who is told; the notice of the start is the test."""

import secrets
from types import SimpleNamespace
from typing import Any

import pytest

from activities import notify
from activities.record import LedgerRecord
from activities.step import Done, Failed, Verdict, Waiting
from activities.steps.confirm_prerequisites import ConfirmPrerequisites
from adapters.records import Answer
from ledger.ledger import Ledger
from plan.notices import Sink
from tests.activities.small_world import NOON, Answers, Remembered, work
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

SINK = Sink(name="pager", kind="teams-workflow", url="https://hooks.example.com/in")
PLAN = example().model_copy(update={"notices": [SINK]})
NOBODY = SimpleNamespace(missing=lambda _needs: [])
PORTS: dict[str, Any] = {
    **{"aws_permissions": NOBODY, "azure_permissions": NOBODY, "aws_needs": [], "azure_needs": [], "stores": {}},
    "infrastructure": SimpleNamespace(validate=lambda *_: None),
}


def verdict(silent: dict[str, str], after: float = 0.0) -> Verdict:
    record = Remembered(times={"confirm_prerequisites": NOON})
    record.silent = silent
    return ConfirmPrerequisites().verify(work(record=record, plan=PLAN, after=after, **PORTS), {})


def test_who_was_told_of_the_start_is_evidence() -> None:
    found = verdict({})
    assert isinstance(found, Done)
    assert found.evidence["told"] == ["pager"]


def test_it_waits_while_the_notice_is_under_way_and_no_longer() -> None:
    assert isinstance(verdict({"pager": ""}), Waiting)
    found = verdict({"pager": ""}, after=60)
    assert isinstance(found, Failed)
    assert "not sent to pager" in found.message


def test_a_sink_that_refuses_is_a_problem_with_its_answer() -> None:
    found = verdict({"pager": "Sink 'pager' does not take notices: it answered 503."})
    assert isinstance(found, Failed)
    assert (found.code, "it answered 503" in found.message, "dayzero test-notices" in found.mend) == (
        "prerequisite",
        True,
        True,
    )


@pytest.mark.parametrize(
    ("answers", "unheard"),
    [
        ([202], {}),
        ([401], {"pager": "is given up: it answered 401"}),
        ([503], {"pager": "does not take notices: it answered 503"}),
        ([0], {"pager": "it did not answer (ConnectError)"}),
    ],
)
def test_the_record_knows_what_each_sink_said_to_the_start(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, answers: list[int], unheard: dict[str, str]
) -> None:
    web = Answers(*(Answer(status, error="" if status else "ConnectError: silent") for status in answers))
    monkeypatch.setattr(notify, "web_of", lambda _plan: web)
    run = write(ledger, new_run(PLAN, workload=f"w{secrets.token_hex(4)}"))
    record = LedgerRecord(ledger, run)
    ledger.outbox.watch(run.run)
    try:
        ledger.events.append(run.run, "started", "It was started.", key="started")
        assert record.unheard() == {"pager": ""}
        notify.deliver()
        found = record.unheard()
    finally:
        ledger.outbox.forget(run.run)
    assert found.keys() == unheard.keys()
    assert all(text in found[name] for name, text in unheard.items())
