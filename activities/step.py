"""What a step is: words that a person could follow, and deeds that do just that.

Lives here: the base class and what its deeds get and give. Never here: the ledger (see `lifecycle.py`), an SDK, a loop over
steps.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Protocol

from adapters.records import Json, Progress
from adapters.world import World
from plan.model import Plan
from plan.people import Role

WORDS = ("owner", "instruction", "expected", "validation", "rollback", "estimate")


@dataclass(frozen=True)
class Done:
    """The world is as the step expects; `evidence` says how that was seen (small JSON, never a secret)."""

    evidence: Json = field(default_factory=dict)
    told: str = ""
    """A sentence for people who follow the run; most steps have none."""


@dataclass(frozen=True)
class Waiting:
    """Not yet; `what` names what is waited for, `remember` replaces what `do` returned for the next look."""

    what: str
    remember: Json | None = None


@dataclass(frozen=True)
class Failed:
    """It will not come right by waiting; `mend` says what a person can do."""

    message: str
    mend: str = ""
    code: str = "not-as-expected"
    evidence: Json = field(default_factory=dict)
    """How that was seen, kept beside the error."""


Verdict = Done | Waiting | Failed


class Record(Protocol):
    """What other lines of the runbook wrote to the ledger."""

    def before(self, step: str) -> Any:
        """The before-state of that step; None when it was never begun."""

    def first_before(self, step: str) -> Any:
        """The before-state of that step's first line, for one that stands several times in a runbook."""

    def evidence(self, step: str) -> Any:
        """The evidence of that step; None when it is not done."""

    def parts(self, step: str) -> dict[str, Json]:
        """The parts of that step's bulk copy."""

    def begun(self, step: str) -> bool:
        """Whether that step may have changed anything."""

    def unrehearsed(self, within: timedelta | None) -> list[str]:
        """Steps of the runbook whose failure was not rehearsed within that time, or ever; none for a rehearsal itself."""

    def unheard(self) -> dict[str, str]:
        """Sinks of the plan that have not taken the notice of the start, by name: why not; empty for not tried yet."""

    def undone(self, step: str) -> bool:
        """Whether that step was brought back to its end."""

    def started(self, step: str) -> datetime | None:
        """When that step began."""

    def ended(self, step: str) -> datetime | None:
        """When that step was done."""

    def note_exceptions(self, step: str, beyond: list[Json], within: list[Json]) -> list[str]:
        """Keep items that differ (`store`, `key`, both hashes, `reason`), beyond or within what the plan allows; those open."""

    def accepted_exceptions(self) -> list[Json]:
        """Items that may differ as they do: `store`, `key`, and both hashes."""


@dataclass(frozen=True)
class Work:
    """What a deed is given.

    `did` is what `do` (or `undo`) returned or a wait remembered; `parts` how far the parts are; `promoted` who said (`by`,
    `reason`, `at`) that this line, if it is `promotable`, need not go on to watch.
    """

    run: str
    plan: Plan
    world: World
    record: Record
    arguments: Json = field(default_factory=dict)
    did: Json = field(default_factory=dict)
    parts: dict[str, Json] = field(default_factory=dict)
    promoted: Json | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def since(self, key: str) -> timedelta:
        """Time since the moment that `do` noted under this key."""
        return self.now - datetime.fromisoformat(self.did[key])


class Step:
    """One line of the runbook. Subclasses say all the words; deeds that are not needed stay as they are here.

    The world is read by `snapshot` before anything changes, changed by `do`, read again by `verify`; `undo` restores what
    `snapshot` saw and `undone` reads the world to prove it. `do` and `undo` are idempotent.
    """

    name: ClassVar[str]
    owner: ClassVar[Role]
    instruction: ClassVar[str]
    expected: ClassVar[str]
    validation: ClassVar[str]
    rollback: ClassVar[str]
    break_glass: ClassVar[str] = "As in a run."
    """What is otherwise when a person's own process undoes it (by_hand.py); a step says it when anything is."""
    estimate: ClassVar[timedelta]
    promotable: ClassVar[bool] = False
    """Whether it only watches, so that a person may end it early (`dayzero promote`)."""

    def __init_subclass__(cls) -> None:
        missing = [word for word in WORDS if word not in vars(cls)] + ([] if cls.__doc__ else ["docstring"])
        if missing:
            raise TypeError(f"step {cls.__name__} does not say its {', '.join(missing)}")
        cls.name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()

    def snapshot(self, work: Work) -> Json:
        """What `undo` will need, read before anything changes; never a secret."""
        return {}

    def do(self, work: Work, before: Json) -> Json:
        """Make the change; what it returns is `work.did` for `verify`."""
        return {}

    def parts(self, work: Work, before: Json) -> list[str]:
        """Names of the parts that a bulk copy is cut into; they run side by side after `do`."""
        return []

    def do_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """Work on one part for about that many seconds, from the token on."""
        raise NotImplementedError(f"{self.name} has no parts")

    def verify(self, work: Work, before: Json) -> Verdict:
        """Whether the world is as `expected` says."""
        raise NotImplementedError(f"{self.name} does not verify")

    def undo(self, work: Work, before: Json) -> Json:
        """Restore what `snapshot` saw, also after half a `do`; what it returns is `work.did` for `undone`."""
        return {}

    def undo_parts(self, work: Work, before: Json) -> list[str]:
        """Parts of the way back; they run side by side after `undo`."""
        return []

    def undo_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """Work on one part of the way back."""
        raise NotImplementedError(f"{self.name} has no parts to undo")

    def undone(self, work: Work, before: Json) -> Verdict:
        """Whether the world is as `before` says."""
        return Done()

    def touches(self, plan: Plan) -> tuple[str, ...]:
        """Places of the source's state (source_state.py) that it leaves otherwise, as `schedules.*.enabled`; `*` for any name.

        At a gate the source must be as the run left it: a place that is not named here holds the gate when it has changed.
        """
        return ()

    def patience(self, plan: Plan) -> timedelta:
        """How long the step may wait before it has failed."""
        return plan.timing.step_timeout


def same(found: Any, wanted: Any, what: str, mend: str) -> Verdict:
    """Done when what was found is what was wanted, otherwise a failure that shows both."""
    if found == wanted:
        return Done({what: found})
    return Failed(f"{what} should be {wanted!r} but is {found!r}", mend)
