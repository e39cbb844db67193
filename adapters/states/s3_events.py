"""Changes of an S3 bucket brought to its blob container: the `Replication` of objects, by event notifications.

A notification only tells which key changed: the object is looked at as it is now and copied, or its blob is deleted. So it does
no harm that notifications come late, twice or in another order. Messages are deleted once their changes are applied.

S3 tells of a change within seconds as a rule, later at times, and new settings take minutes to be in force everywhere. So
notifications say where to look, and a listing (s3_delta.py) says that nothing is left: the first look after `begin` lists, then
every look that finds the queue empty for a second, and one in ten minutes. A busy bucket is spared the others.
Where a bucket's notifications are not to be had, `begin` says why, and everything goes by listings.

A position is that of the listings, with `begun`, the moment of `begin`, or `listed_because`, why there are no notifications.
"""

import time

from adapters.errors import AdapterError, NotFound
from adapters.records import Json
from adapters.replication import Changed, Delta
from adapters.states.s3_changes import ChangeQueue
from adapters.states.s3_delta import S3DeltaReplication
from adapters.states.touched import Touched

_LISTED_EVERY = 600.0
"""Seconds after which a bucket that is never quiet is listed all the same."""
_REFUSALS = ("denied", "invalid")


class S3EventReplication:
    """A bucket whose changes the queue tells; the rest is done by listings."""

    def __init__(self, listed: S3DeltaReplication, changes: ChangeQueue) -> None:
        self.name, self._listed, self._changes = listed.name, listed, changes

    def snapshot(self) -> Json:
        """`queue`: whether it is there; `notified`: whether the bucket sends its changes there."""
        return self._changes.settings()

    def begin(self) -> Json:
        """Let the bucket send its changes to the queue; where S3 refuses that, listings will do."""
        before = self._changes.settings()
        try:
            self._changes.open()
        except AdapterError as error:
            if error.code not in _REFUSALS:
                raise
            self._changes.close(before)
            return self._listed.begin() | {"listed_because": error.message}
        position = self._listed.begin()
        return position | {"begun": position["since"]}

    def apply(self, position: Json, seconds: float) -> Delta:
        """What the queue tells, until it is empty and a listing finds nothing to do, or the time is up."""
        deadline, applied, touched = time.monotonic() + seconds, 0, Touched()
        if "begun" not in position:
            return self._by_listing(position, seconds, touched, 0)
        while True:
            asked = time.time()
            try:
                notices = self._changes.receive()
            except NotFound as error:
                because = {"listed_because": error.message}
                return self._by_listing(position | because, max(0.0, deadline - time.monotonic()), touched, applied)
            applied += self._listed.bring(notices.keys)
            touched.add(notices.keys)
            self._changes.done(notices)
            behind = notices.oldest or asked
            quiet = not notices.messages
            if quiet or _due(position):
                left = max(0.0, deadline - time.monotonic()) if quiet else 0.0
                listed = self._listed.apply(position, left)
                position, applied = position | listed.position, applied + listed.applied
                touched.add(listed.keys)
                touched.whole &= listed.keys_whole
                if listed.caught_up:
                    return Delta(position, applied, 0, 0.0, touched.keys, touched.whole)
            if time.monotonic() >= deadline:
                oldest = behind if _confirmed(position) else position["since"]
                return Delta(position, applied, None, max(0.001, time.time() - oldest), touched.keys, touched.whole)

    def changed(self, position: Json, seconds: float) -> Changed:
        """As listings tell it; no message is taken."""
        return self._listed.changed(position, seconds)

    def restore(self, before: Json) -> None:
        """Take away what was not there before: the notification, and the queue with what is in it."""
        self._changes.close(before)

    def _by_listing(self, position: Json, seconds: float, touched: Touched, applied: int) -> Delta:
        """What is left of a look without a queue; the position is without `begun` from then on."""
        found = self._listed.apply(position, seconds)
        touched.add(found.keys)
        noted = found.position | {"listed_because": position["listed_because"]}
        whole = touched.whole and found.keys_whole
        return Delta(noted, applied + found.applied, found.left, found.lag_seconds, touched.keys, whole)


def _confirmed(position: Json) -> bool:
    """Whether a whole pass was begun after notifications were; before that, some may never have been sent."""
    return bool(position["since"] > position["begun"])


def _due(position: Json) -> bool:
    """Whether a listing is under way, or must not wait for a quiet moment any longer."""
    return bool(position["pass"]) or not _confirmed(position) or time.time() - position["since"] > _LISTED_EVERY
