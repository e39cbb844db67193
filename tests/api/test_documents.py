"""Documents over the doors: a plan's check and manual, a run's manual and report."""

import pytest

from api.documents import plan_manual, run_manual, run_report, validate_plan
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.values import digest
from manual.recorder import record
from plan.hash import plan_hash
from tests.api.doors import Json, ask, problem, read, request
from tests.ledger.rows import new_run, write
from tests.plan.plans import data, example

PLAN = example()


@pytest.fixture
def run(ledger: Ledger) -> Run:
    return write(ledger, new_run(PLAN))


def test_a_valid_plan_is_told_with_the_hashes_that_a_run_will_have(run: Run) -> None:
    found = read(ask(validate_plan, request("POST", "plans/validate", {"plan": data()})))
    assert found["valid"] is True
    assert (found["workload"], found["strategy"], found["lines"]) == ("orders", "planned-downtime", len(record(PLAN)))
    assert (found["plan_hash"], found["runbook_hash"]) == (plan_hash(PLAN), digest(record(PLAN)))
    assert (run.plan_hash, run.runbook_hash) == (found["plan_hash"], found["runbook_hash"])


@pytest.mark.parametrize(
    ("body", "status"), [({"plan": data() | {"workload": 7}}, 422), ({"plan": []}, 422), ({}, 400), (b"plan: yaml", 400)]
)
@pytest.mark.parametrize("door", [validate_plan, plan_manual])
def test_an_invalid_plan_is_a_problem_at_both_doors(door: object, body: Json, status: int) -> None:
    found = problem(ask(door, request("POST", "plans/validate", body)))
    assert found["status"] == status
    assert bool(found.get("problems")) == (status == 422)


def test_the_manual_of_a_run_is_that_of_its_plan(run: Run) -> None:
    of_plan = ask(plan_manual, request("POST", "plans/manual", {"plan": data()}))
    of_run = ask(run_manual, request("GET", f"migrations/{run.run}/manual", run=run.run))
    assert of_plan.mimetype == of_run.mimetype == "text/markdown"
    assert of_run.get_body() == of_plan.get_body()
    assert run.runbook_hash in of_run.get_body().decode()


def test_the_manual_of_a_run_is_the_runbook_that_it_was_started_with(ledger: Ledger) -> None:
    older = write(ledger, new_run(PLAN, runbook=record(PLAN)[:5]))
    shown = ask(run_manual, request("GET", f"migrations/{older.run}/manual", run=older.run)).get_body().decode()
    assert "### 5. " in shown
    assert "### 6. " not in shown


def test_a_report_is_markdown_or_json(run: Run) -> None:
    asked = f"migrations/{run.run}/report"
    page = ask(run_report, request("GET", asked, run=run.run))
    assert page.mimetype == "text/markdown"
    assert page.get_body().decode().startswith(f"# {run.workload}: running")
    found = read(ask(run_report, request("GET", f"{asked}?format=json", run=run.run)))
    assert (found["run"], len(found["steps"])) == (run.run, len(run.runbook))


@pytest.mark.parametrize("door", [run_manual, run_report])
def test_nobody_has_no_documents(ledger: Ledger, door: object) -> None:
    assert problem(ask(door, request("GET", "migrations/nobody/manual", run="nobody")))["status"] == 404


def test_a_manual_as_a_page_is_sent_with_its_policy(run: Run) -> None:
    asked = f"migrations/{run.run}/manual"
    page = ask(run_manual, request("GET", f"{asked}?format=html", run=run.run))
    assert page.mimetype == "text/html"
    policy = page.headers["Content-Security-Policy"]
    assert ("default-src 'none'" in policy, "unsafe" in policy, "frame-ancestors 'none'" in policy) == (True, False, True)
    assert run.runbook_hash in page.get_body().decode()
    of_plan = ask(plan_manual, request("POST", "plans/manual?format=html", {"plan": data()}))
    assert of_plan.get_body() == page.get_body()
