"""Activities as the Functions host sees them: one for each step, one for each act between steps; and the timer of notices.

Lives here: registration. Each takes and gives small JSON.
"""

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from activities import flowing, gates, notify, run_control
from activities.context import workplace
from activities.faults import as_error
from activities.lifecycle import Attempt
from activities.registry import STEPS
from activities.step import Step

bp = df.Blueprint()

EVERY_TEN_SECONDS = "*/10 * * * * *"
Activity = Callable[[dict[str, Any]], dict[str, Any]]
ACTS: tuple[Activity, ...] = (
    run_control.begin_run,
    run_control.note_pause,
    run_control.note_window,
    run_control.begin_failback,
    run_control.end_failback,
    run_control.halt,
    run_control.finish_run,
    gates.open_gate,
    gates.note_gate_timeout,
    flowing.flow_deltas,
)


def _of(step: type[Step]) -> Activity:
    def activity(asked: dict[str, Any]) -> dict[str, Any]:
        phase = asked.get("direction", asked["phase"])
        ledger, run, plan, world = workplace(asked["run"], step=step.name, phase=phase, line=asked["seq"])
        attempt = Attempt(ledger, world, plan, run, asked["seq"], step())
        match asked["phase"]:
            case "do":
                return attempt.do()
            case "undo":
                return attempt.undo()
            case _:
                return attempt.piece(asked["direction"], asked["part"])

    activity.__name__ = step.name
    return activity


def guarded(act: Activity) -> Activity:
    """The same activity, with exceptions as values that have a code: an exception would end the orchestration."""

    @wraps(act)
    def activity(asked: dict[str, Any]) -> dict[str, Any]:
        try:
            return act(asked)
        except Exception as error:
            return {"state": "failed", "error": as_error(error, act.__name__)}

    return activity


@bp.timer_trigger(arg_name="timer", schedule=os.environ.get("DAYZERO_NOTICES") or EVERY_TEN_SECONDS, use_monitor=False)
def notices(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the host passes it
    """Deliver notices; the host lets a timer run on one instance and once at a time, which keeps them in order."""
    notify.deliver()


ACTIVITIES: dict[str, Activity] = {act.__name__: guarded(act) for act in (*map(_of, STEPS.values()), *ACTS)}
for _activity in ACTIVITIES.values():
    bp.activity_trigger(input_name="asked")(_activity)
