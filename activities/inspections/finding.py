"""What an inspection is, and what it finds.

Lives here: the records. Never here: a hazard (the other modules of this folder), what is done about one (inspect_workload).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from activities.inspections.facts import Facts
from plan.accepted import Hazard
from plan.model import Plan

Weight = Literal["refuse", "warn"]
"""refuse: clients would meet it, so the run stops unless the plan accepts it; warn: it may do harm, and people should know."""


@dataclass(frozen=True)
class Found:
    """One thing that was seen: what it is with its value and its limit, and how to mend it."""

    weight: Weight
    what: str
    mend: str
    about: str = ""
    """What it is about, when that is not what was looked at."""


@dataclass(frozen=True)
class Finding:
    """The same with its name."""

    id: Hazard
    about: str
    weight: Weight
    what: str
    mend: str


@dataclass(frozen=True)
class Inspection:
    """One way to fail, and how it is looked for.

    `look` is asked about each of the `subjects` by itself, so that one that cannot be looked at hides no other.
    """

    id: Hazard
    subjects: Callable[[Plan], Sequence[str]]
    look: Callable[[Facts, str], Iterator[Found]]
