"""Items that differed when both sides were read while clients went on: looked at again until each was the same once.

Lives here: bringing over what moves, and what becomes of an item that does not. Never here: which items were read, and how.
"""

from collections.abc import Mapping

from activities import comparing, deltas, excepted
from activities.step import Done, Failed, Verdict, Waiting, Work
from adapters.records import Comparison, Json

_LOOKS = 20
"""Looks, with a copy that is near enough, in which an item must have been the same on both sides once."""
_NAMED = 100
"""Items that differ which a comparison of single items names."""


def verdict(work: Work, step: str) -> Verdict:
    """One more look: done when each item that a part named was the same once; those that never are go before people."""
    seen, moved = deltas.looked(work)
    asked = work.did.get("unsettled", _named(work.parts))
    compared = {name: work.world.stores[name].compare_keys(keys) for name, keys in asked.items()}
    left = {name: keys for name, found in compared.items() if (keys := all_of(found, asked[name]))}
    looks = int(work.did.get("settling", 0)) + (seen["lags"][-1] <= work.plan.timing.lag.total_seconds() if left else 0)
    if left and looks < _LOOKS:
        waiting = f"{sum(map(len, left.values()))} items to be the same on both sides"
        return Waiting(waiting, work.did | seen | {"unsettled": left, "settling": looks})
    stuck = {name: [key for key in keys if key not in moved[name]] for name, keys in left.items()}
    problem, opened = _put_before_people(work, step, stuck)
    if problem:
        return problem
    items = sum(found["items"] for found in work.parts.values())
    found = {"items": items, "differing": left, "hashes": comparing.hashes(work.parts)}
    return Done(seen | found | {"unsettled": {}, "settling": looks, "exceptions": opened})


def all_of(found: Comparison, keys: list[str]) -> list[str]:
    """The keys that differ; all that were compared, when there are more than a comparison names."""
    return keys if len(found.differing) >= _NAMED else list(found.differing)


def _named(parts: Mapping[str, Json]) -> dict[str, list[str]]:
    """Keys that the comparison named, by store. Parts that differ and name none were equal when they were read again."""
    found: dict[str, list[str]] = {}
    for part, progress in sorted(parts.items()):
        found.setdefault(part.rsplit("~", 1)[0], []).extend(progress["note"]["differing"])
    return found


def _put_before_people(work: Work, step: str, stuck: dict[str, list[str]]) -> tuple[Failed | None, list[str]]:
    """What differs goes to the ledger's exceptions; it fails the step unless a gate that follows can decide about it."""
    shown = {name: keys[: excepted.AT_MOST] for name, keys in stuck.items() if keys}
    failed = Failed(f"contents differ: {shown}", "Find what writes to the copy; then start again.", "state-differs")
    if any(len(keys) > max(excepted.AT_MOST, comparing.allowed(work)[name]) for name, keys in stuck.items()):
        return failed, []
    opened = excepted.noted(work, step, stuck, comparing.allowed(work))
    return (failed if opened and "decided_at" not in work.arguments else None), opened
