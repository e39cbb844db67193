"""The step that proves in a short window that both sides hold the same, and on the way back makes it true again.

`verify_backup` compared everything while clients went on, and `recheck_touched` what was touched until shortly before; here
only what was touched since is compared, see there why that is all. Its duration depends on how much changed, not on how
much there is.

The way back must know whether AWS changed since, for else nobody can tell whose change is the right one. `verify_state` reads
the whole source in the window for that. Here the replication tells: from the position at which this step stopped, with nothing
left, it names what was written to AWS afterwards, whoever wrote it. What is named and is the same on both sides does not count:
nothing can be lost by it, and what the write-back itself writes is of that kind. So AWS is untouched when no item that was
written there differs from Azure. Deletions in a bucket are not named; the write-back does not undo them in silence: what Azure
did not change stays deleted, and the comparison at the end fails and shows it.
"""

from dataclasses import replace
from datetime import timedelta

from activities import comparing, deltas, write_back
from activities.step import Failed, Step, Verdict, Work
from adapters.errors import AdapterError
from adapters.records import Json, Progress

_KEYS = "keys"


class VerifyDelta(Step):
    """Compare every item that changed since the whole copy was compared; on failback, write back what Azure has taken."""

    owner = "data"
    instruction = "Compare every item of {stores} that changed since the copy was compared; a store with too many, as a whole."
    expected = "Each of these items is the same on both sides, or on neither."
    validation = "The items are read from both stores, consistently, and compared type by type."
    rollback = (
        "What Azure changed or deleted since it was enabled is written back to AWS; conflicts are listed, never overwritten."
    )
    break_glass = "Data that is written back passes the machine that runs the command: it needs a way to both sides' stores."
    estimate = timedelta(minutes=1)

    def do(self, work: Work, before: Json) -> Json:
        """A last look for changes: what it finds is compared as well."""
        return deltas.look(replace(work, did=deltas.begun(work)))

    def parts(self, work: Work, before: Json) -> list[str]:
        """The touched keys of each store, or all its shards when they are not all known."""
        return [
            part
            for name, store in work.world.stores.items()
            for part in (
                [f"{name}~{_KEYS}"]
                if work.did["touched"][name]["whole"]
                else [f"{name}~{shard}" for shard in range(store.shards)]
            )
        ]

    def do_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """Compare the keys of one store, with those that differed before the window; or one shard."""
        name, which = part.rsplit("~", 1)
        store = work.world.stores[name]
        if which != _KEYS:
            return comparing.progress(store.compare(int(which)))
        touched = work.record.evidence(self.name)["touched"][name]["keys"]
        before = [work.record.evidence(step) or {} for step in ("verify_backup", "recheck_touched")]
        differed = [key for found in before for key in found.get("differing", {}).get(name, [])]
        return comparing.progress(store.compare_keys(list(dict.fromkeys([*touched, *differed]))))

    def verify(self, work: Work, before: Json) -> Verdict:
        """Nothing is left to bring over, and all that was compared is equal, or within what the plan allows."""
        if not work.did["caught_up"]:
            return Failed("the source still changes", "Find what writes to it; then start again.", "state-differs")
        return comparing.judged(work)

    def undo_parts(self, work: Work, before: Json) -> list[str]:
        """Every shard, if Azure may have written."""
        return write_back.parts(work)

    def undo_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """Write one piece back; whether AWS is untouched is asked at the start of a shard, then the token knows."""
        untouched = token is None and self._untouched(work, part.rsplit("~", 1)[0], seconds)
        return write_back.piece(work, part, token, seconds, untouched=untouched)

    def undone(self, work: Work, before: Json) -> Verdict:
        """Both sides hold the same again."""
        return write_back.proof(work)

    def _untouched(self, work: Work, name: str, seconds: float) -> bool:
        position = work.record.evidence(self.name)["positions"][name]
        try:
            changed = work.world.replications[name].changed(position, seconds)
        except AdapterError as error:
            if error.code != "invalid":
                raise
            return False  # records are gone, so nobody knows: what differs is a conflict
        return changed.whole and work.world.stores[name].compare_keys(changed.keys).equal
