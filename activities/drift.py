"""Drift: the source's settings at a gate, compared with how the run itself left them.

Lives here: the record of how it was left, kept after each step that touches the source, and the comparison. Never here: what is
read (source_state.py), or what a gate does with a difference (gates.py).
"""

from fnmatch import fnmatchcase
from typing import Any

from activities.context import world_of_act
from activities.registry import STEPS
from activities.source_state import differences, source_state
from activities.step import Step
from adapters.errors import AdapterError
from adapters.records import Json
from adapters.world import World
from ledger.ledger import Ledger
from ledger.runs import Run
from plan.model import Plan

ACT = "note_source"
"""What asks AWS between the end of a step and its record; a rehearsal breaks it by this name."""
_SNAPSHOT = "snapshot_source"
_NAMES = ("SetIdentifier", "RouteId", "IntegrationId", "StageName", "Id")
"""Fields by which AWS tells the entries of a list apart."""
_ABSENT = object()


def note(ledger: Ledger, run: Run, plan: Plan, seq: int, step: Step) -> None:
    """Keep how a step left what it touches of the source; anything else stays as it was, so that a change of it is found.

    A source that cannot be read fails no step that is done: what it touched is then taken at the next gate as it is found.
    """
    touched = step.touches(plan)
    kept = _kept(ledger, run, plan) if touched else None
    if kept is None:
        return
    parts = {place.split(".")[0] for place in touched}
    try:
        found = settings(source_state(plan, world_of_act(plan, run.run, ACT, seq), parts))
        kept["state"] = _taken(kept["state"], found, touched)
    except AdapterError:
        kept["unread"] = sorted({*kept["unread"], *touched})
    ledger.steps.keep_left(run.run, kept)


def drift(ledger: Ledger, run: Run, plan: Plan, world: World) -> list[str] | None:
    """Where the source is not as the run left it, such as `schedules.orders-nightly.enabled: False -> True`.

    None: it is not known how the run left it.

    Raises:
        AdapterError: the source cannot be read.
    """
    kept = _kept(ledger, run, plan)
    if kept is None:
        return None
    found = settings(source_state(plan, world))
    if kept["unread"]:
        kept = {"state": _taken(kept["state"], found, tuple(kept["unread"])), "unread": []}
        ledger.steps.keep_left(run.run, kept)
    return differences(kept["state"], found)


def settings(state: Json) -> Json:
    """The state without what changes by itself, that is mappings on their way; entries of lists by their names."""
    mappings = {
        function: {one["uuid"]: {name: value for name, value in one.items() if name != "state"} for one in found}
        for function, found in state.get("mappings", {}).items()
    }
    named: Json = _by_name(state | ({"mappings": mappings} if mappings else {}))
    return named


def _kept(ledger: Ledger, run: Run, plan: Plan) -> Json | None:
    """`state` and what is `unread` of it. At first it is as it was recorded.

    None before that, and for a run that an earlier version began: how its steps left the source is not known.
    """
    kept: Json | None = ledger.steps.left(run.run)
    if kept is not None:
        return kept
    done = {row.name: row.seq for row in ledger.steps.all(run.run) if row.kind == "step" and row.state == "done"}
    if _SNAPSHOT not in done or any(STEPS[name]().touches(plan) for name in done):
        return None
    return {"state": settings(ledger.steps.before(run.run, done[_SNAPSHOT])), "unread": []}


def _by_name(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _by_name(one) for name, one in value.items()}
    if not isinstance(value, list):
        return value
    for field in _NAMES:
        names = [str(one[field]) for one in value if isinstance(one, dict) and field in one]
        if names and len(set(names)) == len(value):
            return {name: _by_name(one) for name, one in zip(names, value, strict=True)}
    return [_by_name(one) for one in value]


def _taken(kept: Any, found: Any, touched: tuple[str, ...], place: tuple[str, ...] = ()) -> Any:
    """What was kept, with the touched places as they are found."""
    if any(_covers(pattern.split("."), place) for pattern in touched):
        return found
    if not (isinstance(kept, dict) and isinstance(found, dict)):
        return kept
    names = [*kept, *(name for name in found if name not in kept)]
    both = {name: _taken(kept.get(name, _ABSENT), found.get(name, _ABSENT), touched, (*place, name)) for name in names}
    return {name: value for name, value in both.items() if value is not _ABSENT}


def _covers(pattern: list[str], place: tuple[str, ...]) -> bool:
    return len(pattern) == len(place) and all(map(fnmatchcase, place, pattern))
