"""Cells of the matrix strategy x step x mode: which there are for a runbook, and in which order they are rehearsed.

Never here: running one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from rehearsal.catalogue import EVERY, Catalogue, Mode


@dataclass(frozen=True, order=True)
class Cell:
    """One way to fail at one step of one strategy."""

    strategy: str
    step: str
    mode: str


def with_a_way_back(runbook: Sequence[dict[str, Any]]) -> list[str]:
    """Steps before the point of no return, each once, in order."""
    names = [line["name"] for line in runbook]
    before = runbook[: names.index("finalize")]
    return list(dict.fromkeys(line["name"] for line in before if line["kind"] == "step"))


def belongs(catalogue: Catalogue, mode: Mode, strategy: str, step: str) -> bool:
    """Whether a mode is rehearsed at a step of a strategy."""
    if not mode.inject or strategy not in mode.strategies or (mode.only_changing and step in catalogue.only_look):
        return False
    return step in mode.steps or EVERY in mode.steps


def cells(catalogue: Catalogue, strategy: str, runbook: Sequence[dict[str, Any]]) -> list[Cell]:
    """All cells of a strategy, so ordered that every step and every mode comes early.

    General modes go round: the first time, each step meets another of them, the second time its next, and so on. A named mode
    stands after the first round at the first of its steps, and at the others after everything else.
    """
    steps = with_a_way_back(runbook)
    general = [mode for mode in catalogue.modes if EVERY in mode.steps or mode.number is None]
    named = [mode for mode in catalogue.modes if mode not in general]
    rounds = [list(_round(catalogue, strategy, steps, general, turn)) for turn in range(len(general))]
    first, others = [], []
    for mode in named:
        found = [Cell(strategy, step, mode.id) for step in steps if belongs(catalogue, mode, strategy, step)]
        first += found[:1]
        others += found[1:]
    return [*rounds[0], *first, *chain.from_iterable(rounds[1:]), *others]


def _round(catalogue: Catalogue, strategy: str, steps: list[str], modes: list[Mode], turn: int) -> Iterator[Cell]:
    for place, step in enumerate(steps):
        own = [mode for mode in modes if belongs(catalogue, mode, strategy, step)]
        if turn < len(own):
            yield Cell(strategy, step, own[(place + turn) % len(own)].id)
