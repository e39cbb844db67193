"""What a step is given in a test of its logic: the example's plan, ports that do just enough, and a clock that can be set.

Lives here: assembling. Never here: a service's behaviour; adapters have contracts for that.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from activities.step import Record, Work
from adapters.ports import Web
from adapters.records import Answer, Depth, Json
from adapters.world import World
from plan.model import Plan
from tests.plan.plans import example

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Settings:
    """A function app that has settings only."""

    def __init__(self, settings: Mapping[str, str] | None) -> None:
        self.found = dict(settings or {})
        self.there = settings is not None

    def exists(self) -> bool:
        return self.there

    def settings(self) -> dict[str, str]:
        return dict(self.found)

    def change_settings(self, change: dict[str, str], remove: list[str]) -> None:
        self.found |= change
        for name in remove:
            self.found.pop(name, None)


class Answers(Web):
    """A web that gives these answers, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.left = list(answers)
        self.asked: list[tuple[str, str, Any]] = []

    def ask(self, method: str, url: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        self.asked.append((method, url, body))
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]


class Queues:
    """Queues with these depths, one look after the other."""

    def __init__(self, *looks: Depth) -> None:
        self.looks = list(looks)

    def depth(self, _queue: str) -> Depth:
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]


class Remembered:
    """A record that knows before-states, and when steps began and ended."""

    def __init__(self, before: Json | None = None, times: dict[str, datetime] | None = None) -> None:
        self._before, self._times = before or {}, times or {}
        self.back: set[str] = set()
        self.silent: dict[str, str] = {}

    def unrehearsed(self, _within: timedelta | None) -> list[str]:
        return []

    def unheard(self) -> dict[str, str]:
        return self.silent

    def before(self, step: str) -> Any:
        return self._before.get(step)

    def first_before(self, step: str) -> Any:
        return self.before(step)

    def begun(self, step: str) -> bool:
        return step in self._before or step in self._times

    def undone(self, step: str) -> bool:
        return step in self.back

    def started(self, step: str) -> datetime | None:
        return self._times.get(step)

    def ended(self, step: str) -> datetime | None:
        return self._times.get(step)


def work(
    did: Json | None = None, record: Remembered | None = None, after: float = 0.0, plan: Plan | None = None, **ports: Any
) -> Work:
    """What a deed is given that many seconds after noon."""
    return Work(
        run="orders-1",
        plan=plan or example(),
        world=cast(World, SimpleNamespace(**ports)),
        record=cast(Record, record or Remembered()),
        did=did or {},
        now=NOON + timedelta(seconds=after),
    )
