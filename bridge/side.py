"""What the bridge asks of a store, on either side.

Lives here: the contract. Never here: a store.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Held[V]:
    """A value as it was read.

    Attributes:
        value: None: there is none under the key.
        digest: SHA-256 of the canonical form, the same on both sides for equal values; "" for none.
        tag: what the side needs to notice a later change.
    """

    value: V | None = None
    digest: str = ""
    tag: Any = None


class Side[V](Protocol):
    """One store on one cloud. Safe for concurrent use; calls end within CALL seconds; the SDK's errors leave it."""

    def digest(self, value: V | None) -> str:
        """Of a value that is to be written."""

    def read(self, key: str) -> Held[V]:
        """The value as last written (strongly consistent)."""

    def write(self, key: str, value: V | None, held: Held[V]) -> bool:
        """Replace what was read, or delete it for None; False, and nothing done, when it is no longer as it was read.

        A value that equals what was read need not be written, nor be looked at again.
        """

    def some(self, limit: int) -> list[V]:
        """Up to `limit` values, in no order."""

    def iterate(self) -> Iterator[V]:
        """All values, in no order; what changes meanwhile may be seen or not."""
