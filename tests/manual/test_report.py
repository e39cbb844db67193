"""The report of a run: planned against actual, who decided what, and Markdown that stays in shape whatever was written."""

from typing import Any

import pytest
from markdown_it import MarkdownIt

from activities.source_state import fingerprint
from approvals.approvers import Person
from approvals.decide import Word, decide
from approvals.errors import NotAllowed
from ledger.exceptions import Differing
from ledger.ledger import Ledger
from ledger.runs import Run
from manual.report import report, report_markdown
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

PLAN = example()
BEGAN, ENDED = "2026-01-01T02:00:00+00:00", "2026-01-01T02:01:30+00:00"
UGLY = "no | not\n# Heading\n\n| a | b |\r\n- item\u2028- another"
SOURCE = {"functions": {"orders-api": {"code": "abc"}}}


@pytest.fixture
def run(ledger: Ledger) -> Run:
    return write(ledger, new_run(PLAN))


def line(ledger: Ledger, run: Run, name: str, **changes: Any) -> int:
    seq = next(int(line["seq"]) for line in run.runbook if line["name"] == name)
    ledger.steps.change(run.run, seq, **changes)
    return seq


def found(ledger: Ledger, run: Run) -> dict[str, Any]:
    return report(ledger, ledger.runs.get(run.run))


def page(ledger: Ledger, run: Run) -> str:
    return report_markdown(found(ledger, run))


def shape(text: str) -> list[str]:
    """Headings, and `row 7` for a row of seven cells."""
    tokens, told = MarkdownIt("commonmark").enable("table").parse(text), []
    for i, token in enumerate(tokens):
        if token.type == "heading_open":
            told.append(tokens[i + 1].content)
        elif token.type == "tr_open":
            told.append(f"row {sum(one.type in {'td_open', 'th_open'} for one in tokens[i : i + 22])}")
    return told


def test_every_line_is_planned_against_actual(ledger: Ledger, run: Run) -> None:
    line(ledger, run, "announce", state="done", started=BEGAN, ended=ENDED, attempts=2)
    lines = {one["name"]: one for one in found(ledger, run)["steps"]}
    assert list(lines) == [one["name"] for one in run.runbook]
    planned = next(one["estimate_seconds"] for one in run.runbook if one["name"] == "announce")
    assert (lines["announce"]["estimate_seconds"], lines["announce"]["seconds"]) == (planned, 90.0)
    row = next(text for text in page(ledger, run).splitlines() if "`announce`" in text)
    assert [cell.strip() for cell in row.split("|")][3:8] == ["done", "1m", "1m30s", "2", "-"]


def test_a_run_that_has_not_ended_has_a_report(ledger: Ledger, run: Run) -> None:
    assert found(ledger, run)["ended"] is None
    text = page(ledger, run)
    assert text.startswith(f"# {run.workload}: running")
    assert "ended not yet" in text
    assert "None." in text.split("## Decisions")[1].split("##")[0]


def test_decisions_are_told_with_those_that_were_refused(ledger: Ledger, run: Run) -> None:
    line(ledger, run, "cutover", state="waiting", started=BEGAN)
    with pytest.raises(NotAllowed):
        decide(ledger, run, Word("cutover", "approve", "", run.runbook_hash), Person("Mallory", "key"))
    decide(ledger, run, Word("cutover", "approve", "all well", run.runbook_hash), Person("Petra Product", "key"))
    ledger.events.append(run.run, "control", "pause (lunch)", who="Lena Lead")
    ledger.events.append(run.run, "note", "nothing that anybody decided")
    decisions = found(ledger, run)["decisions"]
    assert [(one["kind"], one["who"]) for one in decisions] == [
        ("refused", "Mallory"),
        ("decision", "Petra Product"),
        ("control", "Lena Lead"),
    ]
    told = page(ledger, run).split("## Decisions")[1].split("## Evidence")[0]
    assert all(text in told for text in ("may not decide", "Gate cutover: approve (all well)", "pause (lunch)"))
    assert "nothing that anybody" not in told


def test_fingerprints_are_of_the_snapshot_and_of_the_last_comparison(ledger: Ledger, run: Run) -> None:
    assert found(ledger, run)["source_fingerprint_before"] is None
    ledger.steps.keep_before(run.run, line(ledger, run, "snapshot_source"), SOURCE)
    assert found(ledger, run)["source_fingerprint_before"] == fingerprint(SOURCE)
    assert "after the failback" not in page(ledger, run)
    ledger.events.append(run.run, "failback", "The run goes back.")
    for after in ("different", fingerprint(SOURCE)):
        ledger.events.append(run.run, "failback", "Compared.", detail={"before": fingerprint(SOURCE), "after": after})
    assert found(ledger, run)["source_fingerprint_after"] == fingerprint(SOURCE)
    assert page(ledger, run).count(fingerprint(SOURCE)) == 2


def test_counts_hashes_questions_and_what_is_left_over(ledger: Ledger, run: Run) -> None:
    line(ledger, run, "verify_state", state="done", started=BEGAN, evidence={"items": 120, "hashes": {"orders~0": "c0ffee"}})
    line(ledger, run, "evaluate", state="done", started=BEGAN, evidence={"questions": [{"owner": "qa", "question": "Fast?"}]})
    error = {"code": "denied", "message": "may not", "mend": "Grant it."}
    line(ledger, run, "announce", state="undo-failed", started=BEGAN, undo_started=BEGAN, undo_error=error)
    told = found(ledger, run)
    assert told["state_copied"] == {"items": 120, "hashes": {"orders~0": "c0ffee"}}
    assert told["leftovers"] == [{"step": "announce", "error": error}]
    text = page(ledger, run)
    assert all(words in text for words in ("State: 120 items", "**qa**: Fast?", "- `announce`: may not Grant it.", "c0ffee"))


def test_hazards_are_told_with_their_mend_or_with_who_accepted_them(ledger: Ledger, run: Run) -> None:
    assert "## Hazards" not in page(ledger, run)
    one = {"id": "lock-lost", "about": "w", "weight": "warn", "what": "w ran for 900 s", "mend": "Make it idempotent."}
    accepted = one | {"id": "answer-cut-off", "because": "clients poll", "by": "Petra Product"}
    line(ledger, run, "inspect_workload", state="done", started=BEGAN, evidence={"warnings": [one], "accepted": [accepted]})
    told = page(ledger, run).split("## Hazards")[1].split("## ")[0]
    assert "| lock-lost | w ran for 900 s | Make it idempotent. |" in told
    assert "accepted by Petra Product: clients poll" in told


def test_what_people_and_clouds_wrote_changes_no_shape(ledger: Ledger, run: Run) -> None:
    def written(text: str) -> str:
        told = write(ledger, new_run(PLAN))
        error = {"code": "denied", "message": text, "mend": text}
        ledger.runs.change(told.workload, told.run, why=text)
        line(ledger, told, "announce", state="undo-failed", started=BEGAN, error=error, undo_started=BEGAN, undo_error=error)
        asked = {"questions": [{"owner": text, "question": text}]}
        line(ledger, told, "evaluate", state="done", started=BEGAN, evidence=asked)
        ledger.events.append(told.run, "control", text, who=text)
        return page(ledger, told).replace(told.workload, "w")

    tame, wild = shape(written("words")), shape(written(UGLY))
    assert wild == tame
    assert tame.count("row 7") == len(run.runbook) + 1
    assert written(UGLY).count("\n- ") == written("words").count("\n- ")


def test_exceptions_parity_and_lag_are_told(ledger: Ledger, run: Run) -> None:
    assert (found(ledger, run)["exceptions"], found(ledger, run)["replication"]) == ([], None)
    row = Differing("orders", UGLY, "a" * 64, "", "missing on Azure")
    ledger.exceptions.note(run.run, "verify_backup", [row])
    ledger.exceptions.accept(run.run, row.id, "Petra Product", UGLY)
    line(ledger, run, "announce", evidence={"lags": [4.0, 2.0], "looks": 2, "lag_max": 65.0})
    told = found(ledger, run)
    assert [(one["decision"], one["by"], one["why"]) for one in told["exceptions"]] == [("accepted", "Petra Product", UGLY)]
    assert (told["replication"]["lag_max_seconds"], told["parity"]) == (65.0, {"compared": None, "different": None})
    assert "Replication: at most 1m5s behind" in page(ledger, run)
    assert shape(page(ledger, run)).count("row 6") == 2, "what was written keeps to its cell"
