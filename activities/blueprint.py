"""Activities as the Functions host sees them: one for each step, one for each act between steps.

Lives here: registration. Each takes and gives small JSON.
"""

from collections.abc import Callable
from typing import Any

import azure.durable_functions as df

from activities import gates, run_control
from activities.context import workplace
from activities.faults import as_error
from activities.lifecycle import Attempt
from activities.registry import STEPS
from activities.step import Step

bp = df.Blueprint()

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
)


def _of(step: type[Step]) -> Activity:
    def activity(asked: dict[str, Any]) -> dict[str, Any]:
        ledger, run, plan, world = workplace(asked["run"])
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


def _register(name: str, act: Activity) -> None:
    def activity(asked: dict[str, Any]) -> dict[str, Any]:
        try:
            return act(asked)
        except Exception as error:  # a value with a code for the saga; an exception would end the orchestration
            return {"state": "failed", "error": as_error(error, name)}

    activity.__name__ = name
    activity.__doc__ = act.__doc__
    bp.activity_trigger(input_name="asked")(activity)


for _step in STEPS.values():
    _register(_step.name, _of(_step))
for _act in ACTS:
    _register(_act.__name__, _act)
