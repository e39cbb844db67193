"""The step that leads the app from one rung to the next while clients go on.

Only the change of authority (`shadow` to `live`) makes writes wait, for as long as it takes every instance to say that it
waits: about one of their looks at the ladder. Reads go on, and nothing is refused.
"""

import time
from datetime import timedelta

from activities import comparing
from activities.step import Done, Failed, Step, Verdict, Waiting, Work
from adapters.errors import AdapterError
from adapters.ladder import RUNGS, authority
from adapters.records import Json

DUAL, SHADOW, LIVE, TOP = RUNGS[1:]
_HOLD = 18.0
"""Seconds for which writes are held at most: longer than an instance that died counts, shorter than writers are patient."""
_LOOK = 0.1


class ClimbLadder(Step):
    """Move every instance of the app to the next rung."""

    owner = "data"
    instruction = "Set rung {rung} on the ladder {ladder} and wait until every instance of {app} stands there."
    expected = "Every instance works as rung {rung} says (docs/bridge.md), and no write is owed to either side."
    validation = "Every instance tells its rung, and no operation that began on another one is running."
    rollback = "Every instance is led back to the rung below; AWS has every write up to rung live."
    break_glass = "Instances of an app that is gone are waited for until what they knew has lapsed."
    estimate = timedelta(minutes=1)

    def snapshot(self, work: Work) -> Json:
        """The rung as it is."""
        place = work.world.ladder.place()
        return {"rung": place.rung if place else "aws"}

    def do(self, work: Work, before: Json) -> Json:
        """Up."""
        return move(work, work.arguments["rung"])

    def verify(self, work: Work, before: Json) -> Verdict:
        """Everybody stands there, and nothing is owed."""
        return _standing(work, work.arguments["rung"])

    def undo(self, work: Work, before: Json) -> Json:
        """Down again; once the ladder was taken away nobody stands on it."""
        return {} if work.record.undone("prepare_ladder") else move(work, before["rung"])

    def undone(self, work: Work, before: Json) -> Verdict:
        """Everybody stands below, and AWS has every write."""
        return Done() if work.record.undone("prepare_ladder") else _standing(work, before["rung"])


def move(work: Work, rung: str) -> Json:
    """Write the rung. If the authority changes: let writes wait, then move, then let them go on, each once all have followed.

    An attempt that was cut off while writes waited is taken up where it was.

    Raises:
        AdapterError: `invalid`, the rung is no neighbour; `unreachable`, instances did not answer in time or writes are owed:
            nothing was moved, writes go on, and another try may be made.
    """
    ladder = work.world.ladder
    place = ladder.place()
    if place is None or abs(RUNGS.index(place.rung) - RUNGS.index(rung)) > 1:
        found = place.rung if place else "nowhere"
        raise AdapterError("invalid", f"the app stands {found}, which is no neighbour of {rung}", "Find who moved the ladder.")
    if authority(place.rung) == authority(rung) and not place.held:
        ladder.change(rung=rung)
        return {"held_seconds": 0.0}
    if not place.held:
        _settle_lapsed(work, place.rung)
    began = time.monotonic()
    try:
        ladder.change(held=True)
        _await_stillness(work, began + _HOLD)
        if place.rung != rung:
            ladder.change(rung=rung)
            _await_stillness(work, began + _HOLD)
    except AdapterError:
        ladder.change(rung=place.rung, held=False)
        raise
    ladder.change(held=False)
    return {"held_seconds": round(time.monotonic() - began, 2)}


def _await_stillness(work: Work, deadline: float) -> None:
    """Until everybody has followed and nothing is owed; one that dies meanwhile may owe what nobody knows of.

    Raises:
        AdapterError: `unreachable`, it did not come to that.
    """
    ladder = work.world.ladder
    while (behind := ladder.behind()) or (owed := _owed(work)):
        if time.monotonic() > deadline:
            text = f"{len(behind)} instances did not follow" if behind else f"{owed} writes are owed to one side"
            raise AdapterError("unreachable", f"{text} within {_HOLD:.0f} s", "Look at the app's log; writes go on meanwhile.")
        time.sleep(_LOOK)
    if dead := ladder.lapsed():
        mend = "Both sides are compared before the next try."
        raise AdapterError("unreachable", f"{len(dead)} instances ended while writes waited", mend)


def _owed(work: Work) -> int:
    """Writes that have reached one side only, as the table has them, or at least the instances."""
    ladder = work.world.ladder
    return max(ladder.repairs(), sum(instance.repairs for instance in ladder.instances()))


def _settle_lapsed(work: Work, rung: str) -> None:
    """An instance that died may have left a write on one side only: what differs is brought over before it is forgotten.

    From `live` down there is nothing to bring: such a write was never answered, and AWS counts.
    """
    lapsed = work.world.ladder.lapsed()
    if lapsed and authority(rung) == "aws":
        comparing.whole(work)
    work.world.ladder.forget(lapsed)


def _standing(work: Work, rung: str) -> Verdict:
    place = work.world.ladder.place()
    if place is None or place.rung != rung or place.held:
        return Failed(f"the ladder says {place} instead of rung {rung}", "Find who else moves it.", "drift")
    behind = work.world.ladder.behind()
    if behind:
        return Waiting(f"{len(behind)} instances to stand on rung {rung}")
    owed = _owed(work)
    return Waiting(f"{owed} writes to reach their second side") if owed else Done({"rung": rung})
