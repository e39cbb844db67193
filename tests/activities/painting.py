"""A step of the tests' own, and the small world that it changes: walls with colours.

Lives here: the step and its world. Never here: expectations.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from activities.lifecycle import Attempt
from activities.step import Done, Failed, Step, Verdict, Waiting, Work, same
from adapters.records import Json, Progress
from adapters.world import World
from ledger.ledger import Ledger
from ledger.runs import Run
from plan.model import Plan
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

SECRET = "hunter2-in-the-message"


@dataclass
class Walls:
    """The world: what colour each wall has, what was called, and what goes wrong when."""

    colours: dict[str, str] = field(default_factory=lambda: {"north": "white", "south": "green"})
    calls: list[str] = field(default_factory=list)
    trouble: dict[str, Callable[[], None]] = field(default_factory=dict)
    wet: int = 0
    patience: timedelta = timedelta(hours=1)
    parts: tuple[str, ...] = ()
    pieces: int = 1

    def enter(self, deed: str) -> None:
        self.calls.append(deed)
        if deed in self.trouble:
            self.trouble[deed]()

    def dries(self) -> bool:
        """Whether the paint is dry by now."""
        self.wet -= 1
        return self.wet < 0


class Paint(Step):
    """Paint every wall blue."""

    owner = "qa"
    instruction = "Paint {workload} blue."
    expected = "Every wall is blue."
    validation = "Every wall is looked at."
    rollback = "Every wall gets its old colour."
    estimate = timedelta(minutes=1)

    def snapshot(self, work: Work) -> Json:
        walls(work).enter("snapshot")
        return dict(walls(work).colours)

    def do(self, work: Work, before: Json) -> Json:
        world = walls(work)
        world.enter("do")
        for wall in before:
            world.enter(f"paint {wall}")
            world.colours[wall] = "blue"
        return {"coats": 1, "try": world.calls.count("do")}

    def parts(self, work: Work, before: Json) -> list[str]:
        return list(walls(work).parts)

    def do_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        return walk(work, part, token)

    def verify(self, work: Work, before: Json) -> Verdict:
        walls(work).enter("verify")
        if not walls(work).dries():
            return Waiting("the paint to dry", work.did | {"looks": work.did.get("looks", 0) + 1})
        other = [wall for wall, colour in walls(work).colours.items() if colour != "blue"]
        return Failed(f"{other} not blue", "Paint by hand.") if other else Done({"parts": work.parts})

    def undo(self, work: Work, before: Json) -> Json:
        walls(work).enter("undo")
        walls(work).colours |= before
        return {"restored": len(before)}

    def undo_parts(self, work: Work, before: Json) -> list[str]:
        return list(walls(work).parts)

    def undo_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        return walk(work, part, token)

    def undone(self, work: Work, before: Json) -> Verdict:
        walls(work).enter("undone")
        if not walls(work).dries():
            return Waiting("the paint to dry")
        return same(walls(work).colours, before, "colours", "Restore them by hand.")

    def patience(self, plan: Plan) -> timedelta:
        return self.waits

    waits = timedelta(hours=1)


def walk(work: Work, part: str, token: Json | None) -> Progress:
    walls(work).enter(f"part {part}")
    piece = (token or {"piece": 0})["piece"] + 1
    following = None if piece >= walls(work).pieces else {"piece": piece}
    return Progress(10, 100, following, (f"{part}-{piece}",), {"seen": piece})


def walls(work: Work) -> Walls:
    return cast(Walls, work.world)


LINE: dict[str, Any] = {"seq": 1, "kind": "step", "name": "paint", "arguments": {}}


class Site:
    """One run with one line, and its world."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.plan, self.world, self.step = ledger, example(), Walls(), Paint()
        self.run: Run = write(ledger, new_run(self.plan, [LINE]))

    @property
    def attempt(self) -> Attempt:
        """A new attempt, as a new process would make it."""
        return Attempt(self.ledger, cast(World, self.world), self.plan, self.run, 1, self.step)

    @property
    def row(self) -> Any:
        return self.ledger.steps.get(self.run.run, 1)

    def everything(self) -> str:
        """All that the ledger holds of the run, as text."""
        steps, run = self.ledger.steps, self.run.run
        parts = [steps.parts(run, 1, "do"), steps.parts(run, 1, "undo")]
        return repr((self.row, steps.before(run, 1), parts, self.ledger.events.of(run)))
