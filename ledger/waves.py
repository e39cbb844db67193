"""How the waves stand: migrations that belong together, counted by where each workload is.

Lives here: counting. Never here: what a wave may do; each run goes its own way behind its own gates.
"""

from collections.abc import Iterable
from typing import Any, get_args

from ledger.runs import Run, RunState

Json = dict[str, Any]
_FIRST: tuple[RunState, ...] = ("needs-operator", "waiting", "paused", "failing-back")
"""States that want a person's eye come first."""
_ORDER = (*_FIRST, *(state for state in get_args(RunState) if state not in _FIRST))


def waves(runs: Iterable[Run]) -> list[Json]:
    """Every wave among these runs, in their order: `wave`, `workloads` (how many), `states` (how many of them in which).

    Args:
        runs: newest first. Of a workload that was tried again its newest run counts.
    """
    found: dict[str, dict[str, str]] = {}
    for run in runs:
        if run.wave:
            found.setdefault(run.wave, {}).setdefault(run.workload, run.state)
    return [{"wave": wave, "workloads": len(known), "states": _counted(list(known.values()))} for wave, known in found.items()]


def _counted(states: list[str]) -> dict[str, int]:
    return {state: states.count(state) for state in _ORDER if state in states}
