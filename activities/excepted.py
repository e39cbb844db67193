"""Items that differ, put before people: written to the ledger's table of exceptions, accepted there or not.

Lives here: what the steps that compare have in common about them. Never here: comparing whole stores.
"""

from activities.step import Work
from adapters.records import Digest, Json

AT_MOST = 100
"""Exceptions of a store beyond which nobody can be asked about each: something is wrong with the copy."""


def noted(work: Work, step: str, differing: dict[str, list[str]], allowed: dict[str, int]) -> list[str]:
    """Write what differs to the ledger; `store key` of those that neither plan nor people accept.

    Args:
        work: of the step.
        step: its name; what it found before and finds no more is settled.
        differing: keys by store, at most AT_MOST each.
        allowed: how many the plan allows, by store; when there are more, it accepts none of them.
    """
    rows = {name: [_row(work, name, key) for key in keys] for name, keys in differing.items()}
    within = [row for name, found in rows.items() if len(found) <= allowed[name] for row in found]
    beyond = [row for name, found in rows.items() if len(found) > allowed[name] for row in found]
    return work.record.note_exceptions(step, beyond, within)


def without_accepted(work: Work, store: str, keys: list[str]) -> list[str]:
    """Keys but for those that were accepted as they are; one whose values have changed since is no longer accepted."""
    accepted = {row["key"]: row for row in work.record.accepted_exceptions() if row["store"] == store}
    return [key for key in keys if key not in accepted or _changed(work, store, key, accepted[key])]


def _changed(work: Work, store: str, key: str, accepted: Json) -> bool:
    now = _row(work, store, key)
    return any(now[name] != accepted[name] for name in ("source_sha256", "target_sha256"))


def _row(work: Work, store: str, key: str) -> Json:
    found = work.world.stores[store].compare_keys([key])
    source, target = _hash(found.source), _hash(found.target)
    reason = "missing on Azure" if not target else "missing on AWS" if not source else "another content"
    return {"store": store, "key": key, "source_sha256": source, "target_sha256": target, "reason": reason}


def _hash(digest: Digest) -> str:
    return digest.sha256 if digest.items else ""
