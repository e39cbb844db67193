"""Bringing back to the source what Azure changed since the cutover, in pieces of bounded time, whatever the stores are.

Three phases: is the source untouched, what changed on Azure, what was deleted there. An untouched source (its digest is still
the one of the cutover, or the caller knows) has no conflicts. Otherwise nobody can tell which side changed an item that
differs, so each such item is a conflict, and so is an item that only the source has. Never here: a particular store, the way
to Azure (copying.py).
"""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

from adapters.records import Json, Progress, WriteBackRules
from adapters.states.survey import Entry, Key, Suspects, digest, shown


class ReturnPair(Protocol):
    """What the way back needs of a pair of stores; pages are lists of bounded size, places are JSON."""

    def source_entries(self, shard: int, after: Json | None) -> Iterator[tuple[list[Entry], Json | None]]:
        """Keys and hashes of the shard's items in the source."""
        ...

    def changed(self, shard: int, since: datetime, after: Any) -> Iterator[tuple[list[Any], Any]]:
        """Target items that were written at or after a moment."""
        ...

    def put_back(self, page: list[Any], overrule: bool) -> tuple[int, int, list[str]]:
        """Write those that differ; number, bytes, and the keys left alone.

        Args:
            overrule: whether an item that the source has in another form is overwritten.
        """
        ...

    def key_differences(self, shard: int) -> Suspects:
        """Buckets in which the sides do not have the same keys."""
        ...

    def source_keys(self, shard: int, after: Json | None) -> Iterator[tuple[Sequence[Key], Json | None]]:
        """Keys of the shard's items in the source."""
        ...

    def missing(self, keys: list[Key]) -> list[Key]:
        """Those that the target does not have."""
        ...

    def delete_back(self, keys: list[Key]) -> None:
        """Delete from the source."""
        ...


def write_back_piece(pair: ReturnPair, shard: int, rules: WriteBackRules, token: Json | None, seconds: float) -> Progress:
    """Write back for about `seconds`, at least a page; only the survey of keys between the last two phases is not cut.

    The first phase ends a piece of its own, before anything is written: what it found is in the token, survives a crash, and
    so does not take our own writing for a change by others. A repeat from the very start sees that writing as a change.
    """
    deadline = time.monotonic() + seconds
    if token is None:
        token = {"phase": "digest", "after": None, "items": 0, "sum": "0"}
        if rules.copied is None:
            return Progress(0, 0, {"phase": "changed", "after": None, "untouched": rules.untouched})
    match token["phase"]:
        case "digest":
            return Progress(0, 0, _digest(pair, shard, rules, token, deadline))
        case "changed":
            return _changed(pair, shard, rules, token, deadline)
        case _:
            return _deleted(pair, shard, rules, token, deadline)


def _digest(pair: ReturnPair, shard: int, rules: WriteBackRules, token: Json, deadline: float) -> Json:
    items, total = token["items"], int(token["sum"], 16)
    for entries, after in pair.source_entries(shard, token["after"]):
        items, total = items + len(entries), total + sum(value for _, value in entries)
        if after is not None and time.monotonic() >= deadline:
            return {"phase": "digest", "after": after, "items": items, "sum": f"{total:x}"}
    return {"phase": "changed", "after": None, "untouched": digest(items, total) == rules.copied}


def _changed(pair: ReturnPair, shard: int, rules: WriteBackRules, token: Json, deadline: float) -> Progress:
    items = volume = 0
    conflicts: list[str] = []
    for page, after in pair.changed(shard, rules.since, token["after"]):
        written, size, left = pair.put_back(page, _overrule(rules, token))
        items, volume, conflicts = items + written, volume + size, conflicts + left
        if after is not None and time.monotonic() >= deadline:
            return Progress(items, volume, token | {"after": after}, _listed(rules, conflicts))
    suspects = pair.key_differences(shard)
    following = {"phase": "deleted", "after": None, "untouched": token["untouched"], "suspects": suspects.to_text()}
    return Progress(items, volume, following if suspects else None, _listed(rules, conflicts))


def _deleted(pair: ReturnPair, shard: int, rules: WriteBackRules, token: Json, deadline: float) -> Progress:
    suspects = Suspects.from_text(token["suspects"])
    items = 0
    conflicts: list[str] = []
    for keys, after in pair.source_keys(shard, token["after"]):
        gone = pair.missing([key for key in keys if key in suspects])
        if _overrule(rules, token):
            pair.delete_back(gone)
            items += len(gone)
        else:
            conflicts += map(shown, gone)
        if after is not None and time.monotonic() >= deadline:
            return Progress(items, 0, token | {"after": after}, _listed(rules, conflicts))
    return Progress(items, 0, None, _listed(rules, conflicts))


def _overrule(rules: WriteBackRules, token: Json) -> bool:
    return bool(token["untouched"]) or rules.conflicts == "keep-target"


def _listed(rules: WriteBackRules, conflicts: list[str]) -> tuple[str, ...]:
    """Conflicts that a rule settles need nobody's decision."""
    return tuple(conflicts) if rules.conflicts == "stop" else ()
