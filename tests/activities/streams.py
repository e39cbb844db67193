"""Replications for tests of catching up: changes that come one after the other, and age.

Lives here: the fake. Never here: how a service tells of changes; adapters have contracts for that.
"""

from dataclasses import dataclass, field

from adapters.records import Json
from adapters.replication import Delta


@dataclass
class Stream:
    """Changes of a store. A look applies `speed` of them while `writes` others come; each that is left is a second of lag."""

    written: int
    speed: int
    writes: int = 0
    asked: list[int] = field(default_factory=list)
    """Positions from which each look began."""

    def begin(self) -> Json:
        return {"at": self.written}

    def snapshot(self) -> Json:
        return {}

    def apply(self, position: Json, _seconds: float) -> Delta:
        self.asked.append(position["at"])
        reached = min(self.written, position["at"] + self.speed)
        left = self.written - reached
        self.written += self.writes
        keys = tuple(str(change) for change in range(position["at"], reached))
        return Delta({"at": reached}, len(keys), left, float(left), keys, True)
