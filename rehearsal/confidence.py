"""How far a runbook may be trusted: which cells were rehearsed, when, and with which code; which never were.

Never here: what a run does about it (activities/steps/confirm_prerequisites.py).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.clock import seconds_between
from ledger.ledger import Ledger
from rehearsal.catalogue import ACTS, catalogue
from rehearsal.cells import Cell, cells, with_a_way_back, without_a_way_back
from rehearsal.results import PASSED, Result, results

Json = dict[str, Any]


def confidence(ledger: Ledger, workload: str, strategy: str, runbook: Sequence[Json]) -> Json:
    """The confidence report of a runbook.

    Returns:
        `workload`, `strategy`, `counts` (`cells`, `rehearsed`, `never`, `wrong`), `cells` in the order in which they are to be
        rehearsed: `step`, `mode`, `passes` (by itself: several such cells can share a run), `named` (its mode is one of the
        list of known failures), `act` (its step is an act between steps), `final` (its step has no way back), and `last`
        (None: never; otherwise a result with its age in seconds), and `not_here`: modes that cannot be produced, each with
        why and what would find it.
    """
    known, newest = catalogue(), dict[Cell, Result]()
    for one in results(ledger, known, workload):
        if one.struck and one.right is not None:
            newest.setdefault(Cell(one.strategy, one.step, one.mode), one)
    found = [(cell, newest.get(cell)) for cell in cells(known, strategy, runbook)]
    last = [one for _, one in found if one is not None]
    final = set(without_a_way_back(runbook))
    modes = [mode for mode in known.modes if mode.not_here is not None and strategy in mode.strategies]
    return {
        "workload": workload,
        "strategy": strategy,
        "counts": {
            "cells": len(found),
            "rehearsed": len(last),
            "never": len(found) - len(last),
            "wrong": sum(not one.right for one in last),
        },
        "cells": [
            {
                "step": cell.step,
                "mode": cell.mode,
                "passes": known.mode(cell.mode).passes,
                "named": known.mode(cell.mode).number is not None,
                "act": cell.step in ACTS,
                "final": cell.step in final,
                "last": _last(one),
            }
            for cell, one in found
        ],
        "not_here": [
            {"mode": mode.id, "because": mode.not_here.because, "found_by": mode.not_here.found_by}
            for mode in modes
            if mode.not_here is not None
        ],
    }


def unrehearsed(ledger: Ledger, workload: str, strategy: str, runbook: Sequence[Json], within: timedelta | None) -> list[str]:
    """Steps with a way back whose failure did not end rightly in any rehearsal within that time, or ever; in order.

    A step that a run got through although a failure lay in wait for it counts, too: for this plan it asks nothing that breaks.
    """
    steps = [step for step in with_a_way_back(runbook) if step not in catalogue().ask_nothing]
    missing, since = set(steps), datetime.now(UTC) - within if within is not None else None
    for one in results(ledger, catalogue(), workload):
        if not missing or (since is not None and datetime.fromisoformat(one.at) < since):
            break
        met = one.struck or one.outcome in PASSED
        if one.strategy == strategy and met and one.right:
            missing.discard(one.step)
    return [step for step in steps if step in missing]


def _last(one: Result | None) -> Json | None:
    if one is None:
        return None
    known = ("run", "at", "outcome", "right", "seconds_to_safety", "code_version", "plan_hash")
    return {name: getattr(one, name) for name in known} | {"age_seconds": round(seconds_between(one.at) or 0.0)}
