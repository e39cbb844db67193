"""Doors to documents: the manual of a plan or a run, the report, the check of a plan."""

import azure.durable_functions as df
import azure.functions as func

from api.problems import answer, door, json_body
from api.sign_offs import unstarted
from api.start import read_plan
from approvals.sign_off import GATE, signatures
from approvals.sinks import unready
from ledger.ledger import open_ledger
from ledger.runs import Run
from ledger.values import digest
from manual.html import POLICY, manual_html
from manual.markdown import manual
from manual.recorder import record
from manual.report import report, report_markdown
from plan.hash import plan_hash
from plan.model import Plan

bp = df.Blueprint()


@bp.route(route="plans/validate", methods=["POST"])
@door
def validate_plan(req: func.HttpRequest) -> func.HttpResponse:
    """Check a plan without starting anything: 200 with its hashes, or 422 with every problem; and whom the agent could tell."""
    plan = read_plan(json_body(req))
    runbook = record(plan)
    hashes = {"plan_hash": plan_hash(plan), "runbook_hash": digest(runbook)}
    said = {"valid": True, "workload": plan.workload, "strategy": plan.strategy, "lines": len(runbook), **hashes}
    sinks = [{"name": sink.name, "kind": sink.kind, "why": unready(sink)} for sink in plan.notices]
    return answer({**said, "sinks": [one | {"ready": not one["why"]} for one in sinks]})


@bp.route(route="plans/manual", methods=["POST"])
@door
def plan_manual(req: func.HttpRequest) -> func.HttpResponse:
    """The Day-0 manual of a plan: Markdown, or `?format=html`."""
    plan = read_plan(json_body(req))
    return _manual(req, plan, unstarted(plan))


@bp.route(route="migrations/{run}/manual", methods=["GET"])
@door
def run_manual(req: func.HttpRequest) -> func.HttpResponse:
    """The manual of a run: the runbook that was fixed when it started."""
    run = open_ledger().runs.get(req.route_params["run"])
    return _manual(req, Plan.model_validate(run.plan), run)


@bp.route(route="migrations/{run}/report", methods=["GET"])
@door
def run_report(req: func.HttpRequest) -> func.HttpResponse:
    """What happened: `?format=json` or Markdown."""
    ledger = open_ledger()
    found = report(ledger, ledger.runs.get(req.route_params["run"]))
    return answer(found) if req.params.get("format") == "json" else _markdown(report_markdown(found))


def _manual(req: func.HttpRequest, plan: Plan, run: Run) -> func.HttpResponse:
    signed = signatures(open_ledger(), run) if GATE in plan.approvals else []
    if req.params.get("format") != "html":
        return _markdown(manual(plan, run.runbook, signed))
    headers = {"Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'", "X-Content-Type-Options": "nosniff"}
    return func.HttpResponse(manual_html(plan, run.runbook, signed), mimetype="text/html", charset="utf-8", headers=headers)


def _markdown(text: str) -> func.HttpResponse:
    return func.HttpResponse(text, mimetype="text/markdown", charset="utf-8")
