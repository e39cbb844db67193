"""What is rehearsed on this machine: which cells share a run, in which order runs come, and who takes which.

Lives here: the choice out of the agent's own list of cells. Never here: running one, or what a mode breaks (the agent says).
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from local.processes import ROOT

Json = dict[str, Any]
Key = tuple[str, str, str]
STRATEGIES = ("planned-downtime", "minimized-downtime", "zero-downtime")
HISTORY = ROOT / "build" / "rehearsed.json"
"""When each cell was rehearsed last; outlives the folder of a rehearsal, so that the next one begins with what is oldest."""
LINGER = 2.5
"""Seconds for which gates stay open where something is to happen meanwhile."""
TOGETHER = (
    ("error-before-once", "throttled", "error-after-once", "rough-way-back"),
    ("time-out-once", "partial-effect-once", "cold-start", "late-role-grant", "drained-trigger-on-again"),
    ("wrong-answer", "act-throttled", "act-refused", "flow-throttled"),
)
"""Modes that pass by themselves, as runs share them: each run meets its modes at every step of a strategy."""
AT_THE_END = ("error-before-once", "throttled", "error-after-once", "time-out-once", "partial-effect-once")
"""Modes of a run that goes on through `finalize`, met before and behind it."""


@dataclass(frozen=True)
class Planned:
    """One run."""

    strategy: str
    words: tuple[str, ...]
    """For `dayzero rehearse`."""
    cells: tuple[tuple[str, str], ...] = field(default=())
    """Step and mode of each."""
    final: bool = False
    """Whether it goes on through `finalize`, so that no other run can follow on its environment."""

    @property
    def name(self) -> str:
        """Names the run for people."""
        step, mode = self.cells[0]
        return f"{step}-{mode}" if len(self.cells) == 1 else f"{mode}-{len(self.cells)}-cells"

    def each(self) -> Iterator[Key]:
        """Its cells."""
        return ((self.strategy, step, mode) for step, mode in self.cells)

    def as_json(self) -> Json:
        """For a file."""
        return asdict(self)


def planned(lists: dict[str, list[Json]], history: dict[str, str], whole: bool) -> list[Planned]:
    """Runs that leave their environment as it was, in the order in which they are to be begun.

    Args:
        lists: the agent's cells of each strategy.
        history: when a cell was rehearsed last, by `name_of`; what never was comes first, then what is oldest, and of those the
            runs of many cells, which take long.
        whole: every cell that does not pass by itself. Otherwise one failure for good of each step (of steps that strategies
            share, and of acts, in one of them), and each mode of the list of known failures once.
    """
    runs = [one for strategy in lists for modes in TOGETHER if (one := _together(strategy, lists[strategy], modes))]
    lasting = {name: [cell for cell in cells if not cell["passes"] and not cell["final"]] for name, cells in lists.items()}
    alone = _every(lasting) if whole else _enough(lasting, _shared(lists), history)
    runs += [Planned(key[0], ("--step", key[1], "--mode", key[2]), (key[1:],)) for key in alone]
    return sorted(
        runs, key=lambda run: (min(history.get(name_of(key), "") for key in run.each()), "--together" not in run.words)
    )


def last_ones(lists: dict[str, list[Json]], history: dict[str, str]) -> list[Planned]:
    """The run that each environment ends with: one a strategy, first of that which ended so the longest ago."""

    def ended(strategy: str) -> str:
        behind = [(strategy, *_place(cell)) for cell in lists[strategy] if cell["final"]]
        return max((history.get(name_of(key), "") for key in behind), default="")

    order = list(reversed(lists))  # at first the longest runbook
    order.sort(key=ended)
    return [endings(strategy, lists[strategy], history)[0] for strategy in order]


def endings(strategy: str, cells: list[Json], history: dict[str, str]) -> list[Planned]:
    """Runs that may be the last on an environment, the longest ago first; at first each kind is some strategy's."""
    gone_on = _together(strategy, cells, AT_THE_END, final=True)
    runs = []
    for place in (_place(cell) for cell in cells if cell["final"] and not cell["passes"]):
        runs.append(Planned(strategy, ("--finalize", "--step", place[0], "--mode", place[1]), (place,), final=True))
    if gone_on:
        runs.insert(1 if strategy == STRATEGIES[0] else 0, gone_on)
    return sorted(runs, key=lambda run: min(history.get(name_of(key), "") for key in run.each()))


def name_of(key: Key) -> str:
    """A cell in the history."""
    return " ".join(key)


def history() -> dict[str, str]:
    """When cells were rehearsed last on this machine."""
    return dict(json.loads(HISTORY.read_text())) if HISTORY.exists() else {}


def take(folder: Path, number: int) -> bool:
    """Claim a run, by its number, for one of several processes; False when another has it."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(folder / str(number), os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def _together(strategy: str, cells: list[Json], modes: tuple[str, ...], final: bool = False) -> Planned | None:
    found = [
        cell for mode in modes for cell in cells if cell["mode"] == mode and cell["passes"] and (final or not cell["final"])
    ]
    words = ("--together", "--linger", str(LINGER), *chain.from_iterable(("--mode", mode) for mode in modes))
    if final:
        words += ("--finalize",)
    return Planned(strategy, words, tuple(map(_place, found)), final) if found else None


def _every(lasting: dict[str, list[Json]]) -> list[Key]:
    lists = [[(name, *_place(cell)) for cell in cells] for name, cells in lasting.items()]
    return [key for key in chain.from_iterable(zip_longest(*lists)) if key is not None]


def _enough(lasting: dict[str, list[Json]], shared: set[str], history: dict[str, str]) -> list[Key]:
    """Each step once, in the strategy whose turn it is if several share it; then each mode of the list of known failures."""

    def oldest(keys: list[Key]) -> Key:
        return min(keys, key=lambda key: history.get(name_of(key), ""))

    by_step: dict[tuple[str, str], list[Key]] = {}
    by_mode: dict[str, list[Key]] = {}
    for name, cells in lasting.items():
        for cell in cells:
            key, step = (name, *_place(cell)), cell["step"]
            if cell["named"]:
                by_mode.setdefault(cell["mode"], []).append(key)
            else:
                by_step.setdefault(("", step) if step in shared or cell["act"] else (name, step), []).append(key)
    found = [oldest(_rotated(keys, turn)) for turn, keys in enumerate(by_step.values())]
    return found + [oldest(_rotated(keys, turn)) for turn, keys in enumerate(by_mode.values())]


def _rotated(keys: list[Key], turn: int) -> list[Key]:
    return keys[turn % len(keys) :] + keys[: turn % len(keys)]


def _shared(lists: dict[str, list[Json]]) -> set[str]:
    """Steps with which all strategies begin, one after the other: same code, same neighbours."""
    orders = [list(dict.fromkeys(cell["step"] for cell in cells)) for cells in lists.values()]
    found = set()
    for same in zip(*orders, strict=False):
        if len(set(same)) > 1:
            break
        found.add(same[0])
    return found if len(orders) > 1 else set()


def _place(cell: Json) -> tuple[str, str]:
    return cell["step"], cell["mode"]
