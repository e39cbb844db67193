"""One run, line by line and in this process: what the saga and the ledger do for an agent, without either.

Never here: assertions about a single step.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from activities.registry import STEPS
from activities.step import Done, Failed, Waiting, Work
from adapters.errors import AdapterError
from adapters.records import Json, Progress
from adapters.world import World
from manual.recorder import record
from plan.model import Plan
from tests.e2e.failing_ports import Cut
from tests.e2e.memory import Kept, Line, Memory

SECONDS = 120.0
PAUSE = 0.1
Deed = Callable[[Work, str, Json | None, float], Progress]


def runbook(plan: Plan) -> list[Line]:
    """The lines of a plan's strategy that are steps, as they are recorded; `final` from the last gate on."""
    found, final = list[Line](), False
    for line in record(plan):
        final = final or line["name"] == "finalize"
        if line["kind"] == "step":
            found.append(Line(line["seq"], line["name"], line["arguments"], final))
    return found


class Walk:
    """Drives lines; one that fails or never gets there raises AssertionError.

    Args:
        plan: what is walked.
        world: where.
        series: the runs' ids begin with it.
        moving: places of the world that clients change all the time.
    """

    def __init__(self, plan: Plan, world: World, series: str, moving: tuple[str, ...] = ()) -> None:
        self.plan, self.world, self.moving, self._series, self._runs = plan, world, moving, series, 1
        self.record = Memory()
        self.starts: dict[str, Json] = {}
        """The world before the first line of each step."""
        self.lost = ""
        """The line at which the walk broke off, if it did."""

    def another_run(self) -> None:
        """What follows belongs to another run: one that has turned back never turns forward again."""
        self._runs += 1

    @property
    def run(self) -> str:
        """Id of the run."""
        return f"{self._series}-{self._runs}"

    def begin(self, line: Line) -> None:
        """Keep the before-state; a line that was begun keeps the first."""
        if line.seq not in self.record.kept:
            before = STEPS[line.name]().snapshot(self._work(line, {}))
            self.record.kept[line.seq] = Kept(line.name, before, datetime.now(UTC))

    def do(self, line: Line) -> None:
        """Bring the line to its end."""
        self._do(line, self.world)
        self.record.kept[line.seq].ended = datetime.now(UTC)

    def do_half(self, line: Line, changes: int) -> bool:
        """Begin the line in a world that breaks after that many changes; whether it broke."""
        cut = Cut(changes)
        try:
            self._do(line, cut.off(self.world))
        except AdapterError as error:
            assert cut.broken, f"{line}: {error.message}"
        return cut.broken

    def undo(self, line: Line) -> None:
        """Bring the line back."""
        step, kept = STEPS[line.name](), self.record.kept[line.seq]
        undid = step.undo(self._work(line, {}), kept.before)
        parts = self._parts(line, step.undo_parts(self._work(line, undid), kept.before), step.undo_part, undid)
        self._until_done(line, step.undone, undid, parts)
        kept.undone = True

    def _do(self, line: Line, world: World) -> None:
        step, kept = STEPS[line.name](), self.record.kept[line.seq]
        kept.undone = False
        work = replace(self._work(line, {}), world=world)
        did = step.do(work, kept.before)
        names = step.parts(replace(work, did=did), kept.before)
        if names:
            kept.evidence = did
            kept.parts = self._parts(line, names, step.do_part, did, world)
        kept.evidence = self._until_done(line, step.verify, did, kept.parts if names else {}, world, kept)

    def _until_done(
        self,
        line: Line,
        look: Callable[[Work, Json], Any],
        did: Json,
        parts: dict[str, Json],
        world: World | None = None,
        kept: Kept | None = None,
    ) -> Json:
        """Look until it is done; what a wait remembers is kept, as the ledger would."""
        before, deadline = self.record.kept[line.seq].before, time.monotonic() + SECONDS
        while True:
            match look(replace(self._work(line, did, parts), world=world or self.world), before):
                case Done(evidence):
                    return did | evidence
                case Waiting(what, remember):
                    assert time.monotonic() < deadline, f"{line} still waits for {what}"
                    did = remember or did
                    if kept:
                        kept.evidence = did
                    time.sleep(PAUSE)
                case Failed(message):
                    raise AssertionError(f"{line} failed: {message}")

    def _parts(self, line: Line, names: list[str], deed: Deed, did: Json, world: World | None = None) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for name in names:
            items = volume = 0
            conflicts: list[str] = []
            token: Json | None = None
            while True:
                work = replace(self._work(line, did), world=world or self.world)
                progress = deed(work, name, token, 5.0)
                items, volume, token = items + progress.items, volume + progress.bytes, progress.token
                conflicts += progress.conflicts
                if token is None:
                    break
            found[name] = {
                "items": items, "bytes": volume, "token": None, "done": True, "conflicts": conflicts, "note": progress.note
            }  # fmt: skip
        return found

    def _work(self, line: Line, did: Json, parts: dict[str, Json] | None = None) -> Work:
        return Work(self.run, self.plan, self.world, self.record, line.arguments, did, parts or {})
