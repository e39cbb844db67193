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
        """Down again."""
        return move(work, before["rung"])

    def undone(self, work: Work, before: Json) -> Verdict:
        """Everybody stands below, and AWS has every write."""
        return _standing(work, before["rung"])


def move(work: Work, rung: str) -> Json:
    """Write the rung; if the authority changes, writes wait until nobody acts on the old one any more.

    Raises:
        AdapterError: `invalid`, the rung is no neighbour; `unreachable`, instances did not answer in time or writes are owed:
            nothing was moved, writes go on, and another try may be made.
    """
    ladder = work.world.ladder
    place = ladder.place()
    if place is None or abs(RUNGS.index(place.rung) - RUNGS.index(rung)) > 1:
        found = place.rung if place else "nowhere"
        raise AdapterError("invalid", f"the app stands {found}, which is no neighbour of {rung}", "Find who moved the ladder.")
    if authority(place.rung) == authority(rung):
        ladder.change(rung=rung, held=False)
        return {"held_seconds": 0.0}
    _settle_lapsed(work, place.rung)
    ladder.change(held=True)
    began = time.monotonic()
    try:
        _await_stillness(work, began + _HOLD)
    except AdapterError:
        ladder.change(held=False)
        raise
    ladder.change(rung=rung, held=False)
    return {"held_seconds": round(time.monotonic() - began, 2)}


def _await_stillness(work: Work, deadline: float) -> None:
    while True:
        behind = work.world.ladder.behind()
        owed = 0 if behind else work.world.ladder.repairs()
        if not behind and not owed:
            return
        if time.monotonic() > deadline:
            what = f"{len(behind)} instances did not hold their writes" if behind else f"{owed} writes are owed to one side"
            raise AdapterError("unreachable", f"{what} within {_HOLD:.0f} s", "Look at the app's log; writes go on meanwhile.")
        time.sleep(_LOOK)


def _settle_lapsed(work: Work, rung: str) -> None:
    """An instance that died may have left a write on one side only: what differs is brought over before it is forgotten."""
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
    owed = work.world.ladder.repairs()
    return Waiting(f"{owed} writes to reach their second side") if owed else Done({"rung": rung})
