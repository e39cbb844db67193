"""The step that watches the target under clients' load before the point of no return."""

from datetime import timedelta
from typing import ClassVar

from activities.front_door import healthy
from activities.step import Done, Failed, Step, Verdict, Waiting, Work
from adapters.records import Json
from plan.fields import format_duration
from plan.model import Plan

_TOLERATED = 2
"""Wrong answers in a row that are put down to chance."""


class Bake(Step):
    """Watch the front door for the plan's time; clients use Azure meanwhile."""

    owner = "qa"
    instruction = "Ask {health} at the clients' address again and again for {bake}."
    expected = "No three wrong answers in a row."
    validation = "Each answer is compared with the plan."
    rollback = "Nothing to restore: watching changes nothing."
    estimate = timedelta(minutes=15)
    promotable: ClassVar[bool] = True

    def do(self, work: Work, before: Json) -> Json:
        """Begin to watch."""
        return {"since": work.now.isoformat(), "asked": 0, "wrong": 0, "in_a_row": 0, "slowest_seconds": 0.0}

    def verify(self, work: Work, before: Json) -> Verdict:
        """One more look."""
        answer, problem = healthy(work)
        seen = work.did | {
            "asked": work.did["asked"] + 1,
            "wrong": work.did["wrong"] + bool(problem),
            "in_a_row": work.did["in_a_row"] + 1 if problem else 0,
            "slowest_seconds": max(work.did["slowest_seconds"], round(answer.seconds, 3)),
        }
        if seen["in_a_row"] > _TOLERATED:
            return Failed(
                f"the front door answers wrongly: {problem}", "Look at the app's log; the run goes back.", "unhealthy"
            )
        if work.promoted:
            return Done(seen | {"promoted": work.promoted})
        left = work.plan.timing.bake - work.since("since")
        if left > timedelta():
            return Waiting(f"{format_duration(work.plan.timing.bake)} of good answers", seen)
        return Done(seen)

    def patience(self, plan: Plan) -> timedelta:
        """Baking is waiting."""
        return plan.timing.bake + plan.timing.step_timeout
