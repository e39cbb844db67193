"""What the other side promised: every acknowledged order with its content, version and fate.

Lives here: the clients' memory, and the comparison of an answer with it. Never here: requests. Bounded by the number of orders.
"""

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

CONTENT = ("id", "customer", "items", "total", "tags", "lots", "document", "coupon", "gift", "delivery", "created", "signature")
"""The fields that must never change after the acknowledgement."""
EXAMPLES = 10
RECENT = 25


def frozen(order: dict[str, Any]) -> str:
    """The unchanging part of an order as compact text, equal exactly when every field is equal."""
    return json.dumps({name: order.get(name) for name in CONTENT}, sort_keys=True, separators=(",", ":"))


@dataclass(slots=True)
class Known:
    """One acknowledged order. `offered` holds every note that was ever sent, acknowledged or not."""

    id: str
    content: str
    version: int
    note: str
    offered: list[str]
    busy: bool = False
    gone: str = ""  # "" (there), "deleted" (acknowledged), "unknown" (a delete was sent, its outcome is not known)


@dataclass(slots=True)
class Findings:
    """Breaches of promise: counts by kind, and a few ids of each."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, what: str) -> None:
        """Note one breach."""
        self.counts[kind] += 1
        some = self.examples.setdefault(kind, [])
        if len(some) < EXAMPLES:
            some.append(what)


class Memory:
    """All orders that were acknowledged, and those of which nobody knows."""

    def __init__(self) -> None:
        self.orders: dict[str, Known] = {}
        self.unknown: list[str] = []
        self._there: list[str] = []

    def acknowledge(self, order: dict[str, Any]) -> None:
        """A create was answered with success."""
        known = Known(order["id"], frozen(order), order["version"], order["note"], [order["note"]])
        self.orders[known.id] = known
        self._there.append(known.id)

    def pick(self, chance: random.Random, *, idle: bool) -> Known | None:
        """An order that should be there, half of the time a recent one, or None. `idle`: only one that is not being changed."""
        for _ in range(5):
            if not self._there:
                return None
            low = max(0, len(self._there) - RECENT) if chance.random() < 0.5 else 0
            place = chance.randrange(low, len(self._there))
            known = self.orders[self._there[place]]
            if known.gone:  # forgotten lazily: the last one takes its place
                self._there[place] = self._there[-1]
                self._there.pop()
            elif not (idle and known.busy):
                return known
        return None


def broken_promise(known: Known, version: int, note: str, found: dict[str, Any]) -> str | None:
    """How an answer breaks what was acknowledged before the request left; None when it keeps it.

    Args:
        known: the order, for its content.
        version: the last version that was acknowledged when the request left.
        note: the note of that version.
        found: the order in the answer.

    Returns:
        `changed` (content, signature or note differs) or `stale` (an older version).
    """
    if frozen(found) != known.content:
        return "changed"
    if found["version"] < version:
        return "stale"
    right = [note] if found["version"] == version else known.offered
    return None if found["note"] in right else "changed"
