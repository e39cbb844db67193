"""A ladder in memory, with instances that follow when they are told to."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from adapters.ladder import Instance, Ladder, Place


class SmallLadder(Ladder):
    """`slow` instances follow only after that many looks of the agent; `log` has every change, `waited` the looks before it."""

    def __init__(self, place: Place | None = None, instances: int = 2, slow: int = 0) -> None:
        self.at, self.slow = place, slow
        self.alive = [Instance(id=f"i{number}") for number in range(instances)]
        self.dead: list[str] = []
        self.owed = 0
        self.differing: list[dict[str, Any]] = []
        self.log: list[dict[str, Any]] = []
        self.forgotten: list[str] = []
        self.on_change: Callable[[Place], None] = lambda _place: None
        self.waited: list[int] = []
        self._looks = 0

    def prepare(self) -> None:
        """There is a table."""

    def place(self) -> Place | None:
        return self.at

    def change(self, **changes: Any) -> Place:
        before = self.at
        self.at = replace(before, **changes, number=before.number + 1) if before else Place(**changes)
        self.log.append(changes)
        self.waited.append(self._looks)
        self._looks = 0
        self.on_change(self.at)
        return self.at

    def behind(self) -> list[str]:
        self._looks += 1
        return [] if self._looks > self.slow else [one.id for one in self.alive]

    def lapsed(self) -> list[str]:
        return list(self.dead)

    def forget(self, ids: Sequence[str]) -> None:
        self.forgotten += ids
        self.dead = [one for one in self.dead if one not in ids]

    def instances(self) -> list[Instance]:
        return list(self.alive)

    def repairs(self) -> int:
        return self.owed

    def differences(self) -> list[dict[str, Any]]:
        return list(self.differing)

    def remove(self) -> None:
        self.at = None
