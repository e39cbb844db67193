"""The step that compares what was touched while people were asked, so that the window need not.

`verify_backup` remembers every key that is touched from its position on, and the longer people take to open the window, the
more there are. Here a new position P is noted, with an empty list; then every key of the old list is compared, and what
differs, because it changes at this moment, is looked at again until it was the same once. A key that is not touched after P is
the same on both sides from then on; one that is touched is in the new list. So the new list is all that the window has to
compare, by the same reasoning as in `verify_backup`. It is as long as the writes of the seconds that this step takes.
"""

from dataclasses import replace
from datetime import timedelta

from activities import comparing, deltas, settling
from activities.step import Done, Step, Verdict, Work
from adapters.records import Json, Progress
from adapters.replication import KEYS_AT_MOST

_KEYS = "keys"


class RecheckTouched(Step):
    """Compare what clients changed since the whole copy was compared; what they change from now on is left for the window."""

    owner = "data"
    instruction = "Compare every item of {stores} that changed since the copy was compared; what differs is compared again."
    expected = "Every item that changed was the same on both sides afterwards; a short list is left for the window."
    validation = "The items are read from both stores, consistently, and compared type by type."
    rollback = "Nothing to restore: what was brought over goes with the copy."
    estimate = timedelta(minutes=1)

    def do(self, work: Work, before: Json) -> Json:
        """Note the position and begin a new list; a repeated try keeps the old one as well as the new one."""
        begun, known = deltas.begun(work), work.record.evidence(self.name)
        if known and known["old"]:
            return begun | {"old": known["old"]}
        return begun | {"old": begun["touched"], "touched": {}}

    def parts(self, work: Work, before: Json) -> list[str]:
        """The old list of each store, or all its shards when the list is not whole."""
        return [
            f"{name}~{part}"
            for name, store in work.world.stores.items()
            for part in ([_KEYS] if work.did["old"][name]["whole"] else range(store.shards))
        ]

    def do_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """Compare the list of one store, or one shard; all keys that differ are needed."""
        name, which = part.rsplit("~", 1)
        store = work.world.stores[name]
        if which != _KEYS:
            return comparing.progress(store.compare(int(which), KEYS_AT_MOST))
        keys = work.record.evidence(self.name)["old"][name]["keys"]
        found = store.compare_keys(keys)
        return comparing.progress(replace(found, differing=tuple(settling.all_of(found, keys))))

    def verify(self, work: Work, before: Json) -> Verdict:
        """Bring over what moved, and compare what differed, until each item was the same once."""
        found = settling.verdict(work, self.name)
        return Done(found.evidence | {"old": {}}) if isinstance(found, Done) else found
