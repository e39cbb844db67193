"""What the steps that compare both sides have in common: a comparison as evidence, and what the plan allows to differ.

Never here: what is compared, and the way back (write_back.py).
"""

from dataclasses import asdict, replace

from activities import bulk, deltas, excepted
from activities.step import Done, Failed, Verdict, Work
from adapters.errors import AdapterError
from adapters.records import Comparison, Json, Progress
from adapters.replication import KEYS_AT_MOST

_LOOKS = 20


def progress(found: Comparison) -> Progress:
    """A comparison as a finished part; its figures are the evidence."""
    return Progress(found.source.items, 0, None, found.differing, {**asdict(found), "equal": found.equal})


def hashes(parts: dict[str, Json]) -> dict[str, str]:
    """Hash of the source by part."""
    return {part: found["note"]["source"]["sha256"] for part, found in sorted(parts.items())}


def allowed(work: Work) -> dict[str, int]:
    """How many items of each store may differ."""
    return {store.name: store.unexplained_differences for store in work.plan.state.stores}


def whole(work: Work) -> None:
    """Compare everything while clients go on, and bring over what differs, until each item was the same once.

    What was accepted as it is does not count, as long as its values are those that were accepted.

    Raises:
        AdapterError: `state-differs`, items still differ after several looks.
    """
    did = deltas.begun(work)
    found = {part: _shard(work, part) for part in bulk.shards(work)}
    left = _open(work, found)
    for _ in range(_LOOKS):
        if not left:
            return
        did = deltas.look(replace(work, did=did))
        left = _open(work, {part: _still(work, part, keys) for part, keys in left.items()})
    raise AdapterError("state-differs", f"contents differ: {left}", "Look at these items on both sides; then try again.")


def _open(work: Work, found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Parts with keys that nobody has accepted."""
    left = {part: excepted.without_accepted(work, part.rsplit("~", 1)[0], keys) for part, keys in found.items()}
    return {part: keys for part, keys in left.items() if keys}


def _shard(work: Work, part: str) -> list[str]:
    name, shard = part.rsplit("~", 1)
    return list(work.world.stores[name].compare(int(shard), KEYS_AT_MOST).differing)


def _still(work: Work, part: str, keys: list[str]) -> list[str]:
    found = work.world.stores[part.rsplit("~", 1)[0]].compare_keys(keys)
    return keys if len(found.differing) >= 100 else list(found.differing)


def judged(work: Work) -> Verdict:
    """Every part is equal, or its differences are within what the plan allows; for a source that nobody writes."""
    limits = allowed(work)
    other = {part: found["conflicts"] for part, found in work.parts.items() if not found["note"]["equal"]}
    unaccepted = {part: excepted.without_accepted(work, part.rsplit("~", 1)[0], keys) for part, keys in other.items()}
    if any(len(unaccepted[part]) > limits[part.rsplit("~", 1)[0]] or not keys for part, keys in other.items()):
        return Failed(f"contents differ: {other}", "Find what wrote during the window; then start again.", "state-differs")
    items = sum(found["items"] for found in work.parts.values())
    return Done({"items": items, "differing": other, "hashes": hashes(work.parts)})
