"""A run that a test steers: it goes on one event at a time, loses its orchestration, and changes a small world.

Lives here: the steering, and the model of the world. Never here: what a test expects.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, cast

from durabletask.task import OrchestrationContext, Task

from orchestrators.saga import Runbook, conduct
from plan.model import Plan
from tests.orchestrators.book import Book, Json
from tests.orchestrators.driver import Context, Driver, failed


@dataclass
class Site(Book):
    """A ledger beside a world: each line changes one thing in it, wholly or by half, and its undoing restores that."""

    changed: dict[int, str] = field(default_factory=dict)
    trouble: list[str] = field(default_factory=list)
    """What goes wrong with the next deeds: `before` (nothing acts), `half`, `after` (all acts); an empty word for nothing."""
    out_of_order: list[tuple[int, list[int]]] = field(default_factory=list)
    """Lines that were undone while later ones, not left over, still stood."""

    def step(self, name: str, asked: Json, outcome: Json) -> Json:
        seq, wrong = asked["seq"], self.trouble.pop(0) if self.trouble else ""
        if asked["phase"] == "do":
            if wrong != "before":
                self.changed[seq] = wrong if wrong == "half" else "whole"
        else:
            later = [other for other in self.changed if other > seq and other not in self.left_over]
            self.out_of_order += [(seq, later)] if later else []
            if wrong not in {"before", "half"}:
                self.changed.pop(seq, None)
        return super().step(name, asked, failed("denied", f"broken {wrong}") if wrong else outcome)


class Steered:
    """One run. `outcome` is None while it goes on."""

    def __init__(self, plan: Plan, runbook: Runbook) -> None:
        self.site = Site()
        self.driver = Driver(plan, self.site, approve=False)
        self._runbook, self._asked = runbook, {"run": "orders-1", "options": self.driver.options}
        self.outcome: Json | None = None
        self._begin(self._asked, [])

    def crash(self) -> None:
        """The orchestration is lost with its history, and begun anew from the ledger; nobody hears what was said to it."""
        if self.outcome is None:
            self._begin(self._asked, [])

    def retry(self) -> None:
        """A person lets a run go on that has ended in needs-operator."""
        self.outcome = None
        self._begin(self._asked, [])

    def go_on(self, events: int) -> None:
        """So many events, or until the end; a run that waits for nothing but people stands still."""
        for _ in range(events):
            if self.outcome is not None or not self._advance():
                return

    def _begin(self, asked: Any, buffered: list[tuple[str, Any]]) -> None:
        context = Context(self.driver, buffered)
        self.driver._context = context
        self._generator: Generator[Task[Any], Any, Any] = conduct(cast(OrchestrationContext, context), asked, self._runbook)
        self._task: Task[Any] | None = None

    def _advance(self) -> bool:
        try:
            if self._task is None:
                self._task = next(self._generator)
            elif self._task.is_complete:
                self._task = self._generator.send(self._task.get_result())
            elif self.driver._agenda:
                self.driver._advance()
            else:
                return False
        except StopIteration as end:
            if self.driver.anew is not None:
                self._begin(self.driver.anew, self.driver._context.buffered)
            else:
                self.outcome = end.value
        return True
