"""Small records that cross the ports. All of them turn into JSON with `dataclasses.asdict`; none holds a secret."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Depth:
    """Messages in a queue: ready, handed out and not yet settled, and waiting for their delay."""

    visible: int
    in_flight: int
    delayed: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing is left in any state."""
        return self.visible == self.in_flight == self.delayed == 0


@dataclass(frozen=True)
class QueueRules:
    """How a source's queue treats messages: bytes that one may have, seconds that one is hidden while it is worked on.

    `receives`: after so many a message goes to the dead-letter queue; None: it stays.
    """

    largest: int
    hidden: int
    receives: int | None


@dataclass(frozen=True)
class Split:
    """How a router spread clients: of `asked` that kept no older answer, `target` were sent to the target.

    None asked: it cannot be seen. `how` says by what it was seen, or why it cannot be.
    """

    asked: int
    target: int
    how: str


@dataclass(frozen=True)
class Progress:
    """What one bounded piece of a bulk copy did; `token` is None when the shard is finished; `note` is kept as evidence."""

    items: int
    bytes: int
    token: Json | None
    conflicts: tuple[str, ...] = ()
    note: Json | None = None


@dataclass(frozen=True)
class Digest:
    """Content of a shard on one side: number of items and an order-independent hash of type-aware values."""

    items: int
    sha256: str


@dataclass(frozen=True)
class Comparison:
    """Both sides of a shard, or of some items; `differing` names keys that differ, are missing or are extra, not always all."""

    source: Digest
    target: Digest
    differing: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether both sides hold the same."""
        return self.source == self.target


@dataclass(frozen=True)
class WriteBackRules:
    """What a write-back to AWS goes by.

    Args:
        since: entities changed on Azure at or after this moment (margin already taken off) are looked at.
        copied: what the shard held when it was copied; None when that is not known.
        conflicts: `stop`, `keep-source` or `keep-target` when both sides changed an item.
        untouched: whether it is known by other means than `copied` that only Azure changed anything.
    """

    since: datetime
    copied: Digest | None
    conflicts: str = "stop"
    untouched: bool = False


@dataclass(frozen=True)
class TargetFunction:
    """A function that the Azure host reports."""

    name: str
    trigger: str
    disabled: bool


@dataclass(frozen=True)
class Answer:
    """An HTTP answer: status, headers in lower case, JSON body if it was JSON, seconds it took; status 0: no answer.

    `size` and `sha256` are of the body's bytes, `cookies` are the names of those that were set.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    seconds: float = 0.0
    error: str = ""
    size: int = 0
    sha256: str = ""
    cookies: tuple[str, ...] = ()
