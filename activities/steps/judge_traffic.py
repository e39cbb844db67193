"""The step that compares both sides at one weight of the ramp, before more clients are moved."""

from datetime import timedelta
from typing import ClassVar

from activities import metric_gates, watching
from activities.judging import alpha_at_end, alpha_while_watching, overall
from activities.step import Done, Failed, Step, Verdict, Waiting, Work
from adapters.records import Json
from plan.fields import format_duration
from plan.metrics import ProbeErrors
from plan.model import Plan

_CHANCE = 2
"""Wrong answers in a row, with right ones from AWS beside them, that are put down to chance."""


class JudgeTraffic(Step):
    """Watch both sides while Azure serves its share of the clients, and judge whether it serves them as well as AWS."""

    owner = "qa"
    instruction = (
        "While {app} serves {weight} % of the clients: ask both sides the safe probes at the same time, read both sides' "
        "metrics, and after {ramp_bake} compare them by: {metric_gates}."
    )
    expected = "By every metric gate Azure is no worse than AWS, within what the plan tolerates."
    validation = (
        "Exact and two-sample tests with the plan's alpha; too little to see lengthens the watch, then a person is asked: "
        "`dayzero promote` or `dayzero abort`. A clear failure ends the watch at once."
    )
    rollback = "Nothing to restore: watching changes nothing."
    estimate = timedelta(minutes=10)
    promotable: ClassVar[bool] = True

    def do(self, work: Work, before: Json) -> Json:
        """Read every counter for the first time: what is missing is missing now, not after the bake."""
        return {"weight": work.arguments.get("weight")} | watching.begin(work, work.record.evidence(self.name))

    def verify(self, work: Work, before: Json) -> Verdict:
        """One more look; a verdict when it is clear, or when the time has come."""
        metrics = work.plan.checks.metrics
        ending = "asked" not in work.did and work.since("since") >= _length(work.plan, work.did)
        seen, problem = watching.look(work, at_least=metrics.minimum if ending else 0)
        alpha = metrics.alpha
        spent = alpha_at_end(alpha, 1 + seen["extended"]) if ending else alpha_while_watching(alpha, seen["looks"])
        seen["gates"] = metric_gates.judge(metrics, seen, spent, whole=ending or "asked" in seen)
        verdict = overall([gate["verdict"] for gate in seen["gates"] if gate["binding"]])
        probed = any(isinstance(gate, ProbeErrors) and not gate.dry for gate in metrics.gates)
        if probed and seen["in_a_row"] > _CHANCE:
            return _worse(seen, f"{seen['in_a_row']} probes in a row were wrong on Azure only: {problem}")
        if verdict == "fail":
            return _worse(seen, _named(seen, "fail"))
        if work.promoted:
            return Done(seen | {"verdict": verdict, "promoted": work.promoted})
        if verdict == "pass" and ending:
            return Done(seen | {"verdict": verdict})
        return _longer(work, seen, ending)

    def patience(self, plan: Plan) -> timedelta:
        """Baking is waiting, and so is asking."""
        metrics = plan.checks.metrics
        return plan.traffic.bake * (1 + metrics.extend) + metrics.decide_within + plan.timing.step_timeout


def _length(plan: Plan, seen: Json) -> timedelta:
    return plan.traffic.bake * (1 + int(seen["extended"]))


def _longer(work: Work, seen: Json, ending: bool) -> Waiting:
    """Watch on: because the time has not come, because more is needed to judge by, or until a person has decided."""
    if not ending and "asked" not in seen:
        return Waiting(f"{format_duration(_length(work.plan, seen))} of watching at {seen['weight']} %", seen)
    if ending and seen["extended"] < work.plan.checks.metrics.extend:
        return Waiting(f"more to judge by: {_named(seen, 'inconclusive')}", seen | {"extended": seen["extended"] + 1})
    doubts = _named(seen, "inconclusive") or "by now enough has been seen"
    return Waiting(f"a person: inconclusive: {doubts}; promote or abort", {"asked": work.now.isoformat()} | seen)


def _worse(seen: Json, why: str) -> Failed:
    """A failure that is not tried again (activities/faults.py): another try would only let more clients suffer."""
    message, mend = f"at {seen['weight']} % Azure is worse than AWS: {why}", "Look at the app's log; the run goes back."
    return Failed(message, mend, "worse-than-source", seen | {"verdict": "fail"})


def _named(seen: Json, verdict: str) -> str:
    found = [f"{gate['name']} ({gate['why']})" for gate in seen["gates"] if gate["binding"] and gate["verdict"] == verdict]
    unread = [f"not read: {seen['unread']}"] if seen["unread"] else []
    return "; ".join([*found, *unread])
