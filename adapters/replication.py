"""Replication of a store while its source is live: the port beside the bulk copier (`ports.StateStore`).

Order of use: `snapshot`, `begin`, the whole bulk copy, then `apply` again and again from the position that `begin` returned.
Never here: an SDK, a provider.
"""

from dataclasses import dataclass
from typing import Protocol

from adapters.records import Json

KEYS_AT_MOST = 5_000
"""Keys that one answer names."""


@dataclass(frozen=True)
class Delta:
    """What one bounded piece of replication did.

    Args:
        position: where the next piece goes on; small, JSON, never estimated.
        applied: items written to the target or deleted there.
        left: changes that are known to be left: 0 when caught up; None: unknown.
        lag_seconds: age that the oldest change not applied may have; 0 when caught up, and only then.
        keys: of items that were written, deleted, or looked at because they changed; as `StateStore.compare_keys` takes them.
        keys_whole: whether these are all; False when there were more than KEYS_AT_MOST.
    """

    position: Json
    applied: int
    left: int | None
    lag_seconds: float
    keys: tuple[str, ...]
    keys_whole: bool

    @property
    def caught_up(self) -> bool:
        """Whether everything that was there to apply when the end was looked for has been applied."""
        return self.left == 0


@dataclass(frozen=True)
class Changed:
    """Keys of items that changed in the source since a position; `whole`: whether these are all."""

    keys: tuple[str, ...]
    whole: bool


class Replication(Protocol):
    """Brings what changes in a store's source to its target.

    Not beside a bulk copy of the same store: a copy may write what it read before a change was applied. After a copy, what
    changed meanwhile must be applied from a position that is older than the copy.
    """

    name: str

    def snapshot(self) -> Json:
        """Settings of the source that `begin` may change."""
        ...

    def begin(self) -> Json:
        """Make changes visible from now on; the position of now: `apply` will see everything that is written after this."""
        ...

    def apply(self, position: Json, seconds: float) -> Delta:
        """Bring changes since the position for about `seconds`, or until caught up; at least one look at every part.

        Idempotent: from the same position again, it ends with the same target. Changes of a key are applied in their order.

        Raises:
            AdapterError: `invalid` when changes since the position are no longer to be had: begin again with a full copy.
        """
        ...

    def changed(self, position: Json, seconds: float) -> Changed:
        """What was written to the source since a position that had caught up; nothing is applied.

        Deletions may be left out; what was written just before may be named, too. Not whole after about `seconds`, or when
        there is more than KEYS_AT_MOST.
        """
        ...

    def restore(self, before: Json) -> None:
        """Set the settings of the source as `snapshot` saw them; positions are worthless afterwards."""
        ...
