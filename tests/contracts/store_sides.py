"""What the contract of StateStore needs of a pair of stores: changing and reading each side as its app would.

Lives here: the protocol, and helpers that drive a store through all shards. Never here: a particular store.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol

from adapters.ports import StateStore
from adapters.records import Comparison, Digest, Json, Progress, WriteBackRules


class Sides(Protocol):
    """Both sides of an empty pair of stores; an item is told by its key and a number that its content is made from."""

    store: StateStore
    hard_keys: list[str]
    several_pages: int
    """Items that come in more than one page."""

    def shown(self, key: str) -> str:
        """How the store names an item with a plain key."""
        ...

    def put_source(self, key: str, content: int) -> None: ...

    def delete_source(self, key: str) -> None: ...

    def put_target(self, key: str, content: int) -> None:
        """Write it as the migrated app does."""
        ...

    def delete_target(self, key: str) -> None: ...

    def fill_source(self, keys: list[str]) -> None:
        """Put many at once, each with the content 1."""
        ...

    def source(self) -> dict[str, Any]:
        """Everything, in a form that is equal to that of `target` when nothing was lost."""
        ...

    def target(self) -> dict[str, Any]: ...

    def remove_source(self) -> None:
        """Remove the source's container."""
        ...


def finish(piece: Callable[[Json | None, float], Progress], seconds: float = 60.0) -> list[Progress]:
    """All pieces of a shard, from the start to the end."""
    pieces = [piece(None, seconds)]
    while pieces[-1].token is not None:
        assert len(pieces) < 10_000
        pieces.append(piece(json.loads(json.dumps(pieces[-1].token)), seconds))
    return pieces


def copy_all(store: StateStore, seconds: float = 60.0) -> list[Progress]:
    return [done for shard in range(store.shards) for done in finish(partial(store.copy, shard), seconds)]


def compare_all(store: StateStore) -> list[Comparison]:
    return [store.compare(shard) for shard in range(store.shards)]


def differing(store: StateStore) -> list[str]:
    return sorted(key for comparison in compare_all(store) for key in comparison.differing)


def write_back_all(
    store: StateStore,
    since: datetime,
    copied: list[Digest] | None,
    conflicts: str = "stop",
    seconds: float = 60.0,
    untouched: bool = False,
) -> list[Progress]:
    pieces = []
    for shard in range(store.shards):
        rules = WriteBackRules(since, copied[shard] if copied else None, conflicts, untouched)
        pieces += finish(partial(store.write_back, shard, rules), seconds)
    return pieces


def now() -> datetime:
    """This moment, with the margin taken off that clocks need."""
    return datetime.now(UTC) - timedelta(seconds=1)
