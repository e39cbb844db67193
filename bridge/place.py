"""Where the app stands on the ladder, and what each of its instances tells of itself, as plain values.

Lives here: the rungs, who has the authority on each, and when a change has reached everybody. Never here: calls of a table
(book.py), threads (ladder.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Side = Literal["aws", "azure"]

RUNGS = ("aws", "dual", "shadow", "live", "azure")
"""From the bottom to the top; only neighbours work side by side."""
VALID = 5.0
"""Seconds for which an instance may act on the place it read, from the beginning of the heartbeat that it wrote before."""
CALL = 10.0
"""Seconds that one call of a store lasts at most: 3 to connect and 5 to read, and something for the rest."""
LAPSE = VALID + CALL
"""Seconds after its last heartbeat from which an instance can no longer write."""


@dataclass(frozen=True)
class Place:
    """Where everybody has to stand.

    Attributes:
        rung: one of RUNGS.
        held: whether writes wait; reads go on.
        producers: the side on which messages are enqueued.
        schedules_from: ISO 8601 moment with an offset; Azure owns firings scheduled then or later. "": AWS owns all.
        number: counts the changes, from 1.
        changed: when, by the clock of the table service; None before it is written.

    Raises:
        ValueError: a value is none of these.
    """

    rung: str = "aws"
    held: bool = False
    producers: str = "aws"
    schedules_from: str = ""
    number: int = 1
    changed: datetime | None = None

    def __post_init__(self) -> None:
        if self.rung not in RUNGS:
            raise ValueError(f"{self.rung!r} is no rung; the rungs are {', '.join(RUNGS)}")
        if self.producers not in {"aws", "azure"}:
            raise ValueError(f"{self.producers!r} cannot hold messages; it is aws or azure")
        if self.schedules_from and datetime.fromisoformat(self.schedules_from).tzinfo is None:
            raise ValueError(f"the moment {self.schedules_from} has no offset; write it like 2026-11-23T02:00:00+00:00")

    def owns_firing(self, scheduled: datetime) -> bool:
        """Whether Azure runs the firing that is scheduled for that moment (with an offset)."""
        return bool(self.schedules_from) and scheduled >= datetime.fromisoformat(self.schedules_from)


@dataclass(frozen=True)
class Instance:
    """What an instance told with its last heartbeat.

    Attributes:
        id: of the process.
        number: of the place it acts on; 0: it has read none yet.
        rung, held: of that place.
        unsettled: operations that still run and began under another place.
        compared: reads on `shadow` that were compared, since the process began.
        different: those that differed, and still did at a second look.
        failed_halves: writes whose second half failed, since the process began.
        repairs: of those, not yet mended.
        seen: when it told so, by the clock of the table service; None before it is written.
    """

    id: str
    number: int = 0
    rung: str = ""
    held: bool = False
    unsettled: int = 0
    compared: int = 0
    different: int = 0
    failed_halves: int = 0
    repairs: int = 0
    seen: datetime | None = None

    def stands_at(self, place: Place) -> bool:
        """Whether it acts on that place, with all its operations."""
        return (self.number, self.rung, self.held, self.unsettled) == (place.number, place.rung, place.held, 0)


def authority(rung: str) -> Side:
    """The side whose value counts, and whose conditional writes decide."""
    return "azure" if rung in {"live", "azure"} else "aws"


def follower(rung: str) -> Side | None:
    """The side that gets every write as well, before it is answered; None at both ends of the ladder."""
    if rung in {"dual", "shadow"}:
        return "azure"
    return "aws" if rung == "live" else None


def lapsed(instances: Iterable[Instance], now: datetime) -> list[Instance]:
    """Instances that ended without taking leave: they write no more, but a write of theirs may have reached one side only.

    Args:
        now: the table service's clock.
    """
    return [instance for instance in instances if _is_lapsed(instance, now)]


def behind(place: Place, instances: Iterable[Instance], now: datetime) -> list[Instance]:
    """Instances that may still act otherwise than `place` says. When there are none, the place has been reached.

    Args:
        place: as it was read before `instances` were.
        now: the table service's clock.
    """
    return [instance for instance in instances if not _is_lapsed(instance, now) and not instance.stands_at(place)]


def _is_lapsed(instance: Instance, now: datetime) -> bool:
    return instance.seen is not None and now - instance.seen > timedelta(seconds=LAPSE)
