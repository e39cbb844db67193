"""One run, step by step and in this process: what the saga and the ledger do for an agent, without either.

Never here: assertions about a single step.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from activities.registry import STEPS
from activities.step import Done, Failed, Step, Waiting, Work
from adapters.errors import AdapterError
from adapters.records import Json, Progress
from adapters.world import World
from plan.model import Plan
from tests.e2e.failing_ports import Line

SECONDS = 60.0
PAUSE = 0.1
Deed = Callable[[Work, str, Json | None, float], Progress]


@dataclass
class Kept:
    """What the record keeps of a step."""

    before: Json
    started: datetime
    evidence: Json | None = None
    parts: dict[str, Json] = field(default_factory=dict)
    ended: datetime | None = None
    undone: bool = False


class Memory:
    """The record of a run, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}

    def before(self, step: str) -> Any:
        return self.kept[step].before if step in self.kept else None

    def first_before(self, step: str) -> Any:
        return self.before(step)

    def evidence(self, step: str) -> Any:
        return self.kept[step].evidence if step in self.kept else None

    def parts(self, step: str) -> dict[str, Json]:
        return self.kept[step].parts if step in self.kept else {}

    def begun(self, step: str) -> bool:
        return step in self.kept

    def unrehearsed(self, _within: timedelta | None) -> list[str]:
        return []

    def undone(self, step: str) -> bool:
        return step in self.kept and self.kept[step].undone

    def started(self, step: str) -> datetime | None:
        return self.kept[step].started if step in self.kept else None

    def ended(self, step: str) -> datetime | None:
        return self.kept[step].ended if step in self.kept else None

    def note_exceptions(self, step: str, beyond: list[Json], within: list[Json]) -> list[str]:
        assert not [*beyond, *within], f"{step} found what differs"
        return []

    def accepted_exceptions(self) -> list[Json]:
        return []


class Walk:
    """Drives steps; a step that fails or never gets there raises AssertionError."""

    def __init__(self, plan: Plan, world: World, series: str) -> None:
        self.plan, self.world, self._series, self._runs = plan, world, series, 1
        self.record = Memory()
        self.lost = ""
        """The step at which the walk broke off, if it did."""

    def another_run(self) -> None:
        """What follows belongs to another run: one that has turned back never turns forward again."""
        self._runs += 1

    @property
    def run(self) -> str:
        """Id of the run."""
        return f"{self._series}-{self._runs}"

    def begin(self, name: str) -> None:
        """Keep the before-state; a step that was begun keeps the first."""
        if not self.record.begun(name):
            before = STEPS[name]().snapshot(self._work({}))
            self.record.kept[name] = Kept(before, datetime.now(UTC))

    def do(self, name: str) -> None:
        """Bring the step to its end."""
        step, kept = STEPS[name](), self.record.kept[name]
        kept.undone = False
        did = step.do(self._work({}), kept.before)
        kept.parts = self._parts(step.parts(self._work(did), kept.before), step.do_part, did)
        kept.evidence = self._until_done(step, step.verify, did, kept.parts)
        kept.ended = datetime.now(UTC)

    def do_half(self, name: str, changes: int) -> bool:
        """Begin the step in a world that breaks after that many changes; whether it broke."""
        step, before, line = STEPS[name](), self.record.kept[name].before, Line(changes)
        work = replace(self._work({}), world=line.cut(self.world))
        try:
            did = step.do(work, before)
            self._parts(step.parts(work, before), step.do_part, did, work.world)
        except AdapterError as error:
            assert line.broken, f"{name}: {error.message}"
        return line.broken

    def undo(self, name: str) -> None:
        """Bring the step back."""
        step, kept = STEPS[name](), self.record.kept[name]
        undid = step.undo(self._work({}), kept.before)
        parts = self._parts(step.undo_parts(self._work(undid), kept.before), step.undo_part, undid)
        self._until_done(step, step.undone, undid, parts)
        kept.undone = True

    def _until_done(self, step: Step, look: Callable[[Work, Json], Any], did: Json, parts: dict[str, Json]) -> Json:
        before, deadline = self.record.kept[step.name].before, time.monotonic() + SECONDS
        while True:
            match look(self._work(did, parts), before):
                case Done(evidence):
                    return did | evidence
                case Waiting(what, remember):
                    assert time.monotonic() < deadline, f"{step.name} still waits for {what}"
                    did = remember or did
                    time.sleep(PAUSE)
                case Failed(message):
                    raise AssertionError(f"{step.name} failed: {message}")

    def _parts(self, names: list[str], deed: Deed, did: Json, world: World | None = None) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for name in names:
            items = volume = 0
            conflicts: list[str] = []
            token: Json | None = None
            while True:
                work = self._work(did)
                progress = deed(replace(work, world=world) if world else work, name, token, 5.0)
                items, volume, token = items + progress.items, volume + progress.bytes, progress.token
                conflicts += progress.conflicts
                if token is None:
                    break
            found[name] = {
                "items": items, "bytes": volume, "token": None, "done": True, "conflicts": conflicts, "note": progress.note
            }  # fmt: skip
        return found

    def _work(self, did: Json, parts: dict[str, Json] | None = None) -> Work:
        return Work(self.run, self.plan, self.world, self.record, {}, did, parts or {})
