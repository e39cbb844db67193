"""The ladder by which the state of a live workload goes from AWS to Azure: the port, for the agent, who alone moves it.

Order of use: `prepare`, then `change` and `behind` for each move. What a rung means stands in docs/bridge.md.
Never here: an SDK; what the instances of the app do (the `bridge` library).
"""

from collections.abc import Sequence
from typing import Any, Protocol

from bridge.place import LAPSE, RUNGS, Instance, Place, authority

__all__ = ["LAPSE", "RUNGS", "Instance", "Ladder", "Place", "authority"]


class Ladder(Protocol):
    """Where all instances of the app have to stand, and where they do."""

    def prepare(self) -> None:
        """Make the table if it is missing."""
        ...

    def place(self) -> Place | None:
        """Where everybody has to stand; None when nobody has said so."""
        ...

    def change(self, **changes: Any) -> Place:
        """Set fields of the place; instances follow by and by. What is so already is not written."""
        ...

    def behind(self) -> list[str]:
        """Ids of instances that may still act otherwise than the place says; empty: everybody has followed."""
        ...

    def lapsed(self) -> list[str]:
        """Ids of instances that ended without taking leave: a write of theirs may have reached one side only."""
        ...

    def forget(self, ids: Sequence[str]) -> None:
        """Drop what lapsed instances told; both sides have been compared since."""
        ...

    def instances(self) -> list[Instance]:
        """All that told of themselves and have not taken leave, without those that lapsed."""
        ...

    def repairs(self) -> int:
        """Keys of which the second half of a write is owed."""
        ...

    def differences(self) -> list[dict[str, Any]]:
        """Keys that read differently on both sides, 1,000 at most: `store`, `key`, and SHA-256 of both values."""
        ...

    def remove(self) -> None:
        """Take the place and all that was told away; the table stays."""
        ...
