"""Cells of the matrix strategy x step x mode: which there are for a runbook, and in which order they are rehearsed.

Never here: running one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from rehearsal.catalogue import ACTS, EVERY, Catalogue, Mode

_LAST_GATE = "finalize"


@dataclass(frozen=True, order=True)
class Cell:
    """One way to fail at one step, or in one act between steps, of one strategy."""

    strategy: str
    step: str
    mode: str


def with_a_way_back(runbook: Sequence[dict[str, Any]]) -> list[str]:
    """Steps before the point of no return, each once, in order."""
    return _steps(runbook, slice(None, _last_gate(runbook)))


def without_a_way_back(runbook: Sequence[dict[str, Any]]) -> list[str]:
    """Steps that stand only after the point of no return; a rehearsal of one of them uses its environment up."""
    before = with_a_way_back(runbook)
    return [step for step in _steps(runbook, slice(_last_gate(runbook), None)) if step not in before]


def belongs(catalogue: Catalogue, mode: Mode, strategy: str, step: str) -> bool:
    """Whether a mode is rehearsed at a step of a strategy that has a way back, or in an act."""
    if not mode.inject or strategy not in mode.strategies or (mode.only_changing and step in catalogue.only_look):
        return False
    return step in mode.steps or (EVERY in mode.steps and step not in (*ACTS, *catalogue.ask_nothing))


def cells(catalogue: Catalogue, strategy: str, runbook: Sequence[dict[str, Any]]) -> list[Cell]:
    """All cells of a strategy, so ordered that every step and every mode comes early.

    General modes go round: the first time, each step meets another of them, the second time its next, and so on; another
    strategy begins with another mode, because strategies share their first steps. A named mode stands after the first round
    at the first of its steps, and at the others after everything else. Steps without a way back come last.
    """
    steps, final = with_a_way_back(runbook), without_a_way_back(runbook)
    general = [mode for mode in catalogue.modes if EVERY in mode.steps or mode.number is None]
    named = [mode for mode in catalogue.modes if mode not in general]
    begin = general[0].strategies.index(strategy) if strategy in general[0].strategies else 0
    rounds = [list(_round(catalogue, strategy, steps, general, begin, turn)) for turn in range(len(general))]
    first, others = [], []
    for mode in named:
        found = [Cell(strategy, step, mode.id) for step in steps if belongs(catalogue, mode, strategy, step)]
        first += found[:1]
        others += found[1:]
    acts = [Cell(strategy, act, mode.id) for act in ACTS for mode in general if belongs(catalogue, mode, strategy, act)]
    ends = [
        Cell(strategy, step, mode.id)
        for step in final
        for mode in general
        if belongs(catalogue, mode, strategy, step) and (mode.passes or step in mode.steps)
    ]
    return [*rounds[0], *first, *acts, *chain.from_iterable(rounds[1:]), *others, *ends]


def _round(catalogue: Catalogue, strategy: str, steps: list[str], modes: list[Mode], begin: int, turn: int) -> Iterator[Cell]:
    for place, step in enumerate(steps):
        own = [mode for mode in modes if belongs(catalogue, mode, strategy, step)]
        if turn < len(own):
            yield Cell(strategy, step, own[(begin + place + turn) % len(own)].id)


def _last_gate(runbook: Sequence[dict[str, Any]]) -> int:
    return [line["name"] for line in runbook].index(_LAST_GATE)


def _steps(runbook: Sequence[dict[str, Any]], part: slice) -> list[str]:
    return list(dict.fromkeys(line["name"] for line in runbook[part] if line["kind"] == "step"))
