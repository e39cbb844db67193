"""The step that hands the schedules over between two firings, so that each firing has one owner.

The ladder names a moment T: Azure owns the firings that are scheduled for T or later. Instances learn it before T, T lies in a
pause of all timers, and in that pause the rules on AWS are switched off. Why no firing is doubled or missed: one before T is
AWS's, whose rules are still on and are left alone for a margin after it, because EventBridge may be late; one after T is
Azure's, whose instances all know T, and the rules have been off for a margin before it. The way back is the same in a pause of
its own. A rate has no fixed firings on AWS: its one interval around T lasts up to two periods (plan/translate.py).
"""

import time
from datetime import datetime, timedelta

from activities import schedules
from activities.step import Done, Failed, Step, Verdict, Waiting, Work, same
from adapters.errors import AdapterError
from adapters.ladder import LAPSE
from adapters.records import Json
from plan.model import Plan

_LAPSE = timedelta(seconds=LAPSE)
_LOOK = 0.2
_PAUSE = "within one pause of all timers"
_NEVER_OFF = "the rules were never off"


class HandOverSchedules(Step):
    """Let Azure own every firing from a moment between two firings on, and switch the rules on AWS off in that moment."""

    owner = "azure"
    instruction = (
        "Choose a moment in which no timer of {app} fires for {firing_margin} before and after; write it to the ladder "
        "{ladder} as schedules_from; once every instance knows it and it has come, switch off rules {rules}."
    )
    expected = "Every firing before that moment is run by AWS, every later one by Azure, none by both, none by neither."
    validation = "Every instance reports the new place on the ladder before the moment comes; the rules are read back as off."
    rollback = "In another such pause the ladder gives all firings back, and the rules are switched on as they were."
    break_glass = "The pause is timed by the clock of the machine that runs the command, and the ladder is written by it."
    estimate = timedelta(minutes=3)

    def snapshot(self, work: Work) -> Json:
        """Rules and the ladder's moment as they are."""
        place = work.world.ladder.place()
        return {"rules": _rules(work), "schedules_from": place.schedules_from if place else ""}

    def do(self, work: Work, before: Json) -> Json:
        """Both sides must still mean the same; then the moment is chosen and written."""
        timers = schedules.timers(work.plan)
        for rule, ncrontab in timers.items():
            found = schedules.compared(rule, work.world.schedules.snapshot(rule)["expression"], ncrontab, work.now)
            if isinstance(found, Failed):
                raise AdapterError("invalid", found.message, found.mend)
        if not timers:
            return {"from": "", "settled": True}
        return _chosen(work, before) or _choose(work)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Everybody knows the moment, it has come, and the rules are off."""
        if not work.did["from"]:
            return Done({"schedules": {}})
        moment, margin = datetime.fromisoformat(work.did["from"]), _margin(work)
        settled = work.did["settled"] or not (behind := work.world.ladder.behind())
        if not settled and work.now >= moment - margin / 2:
            return Waiting("another moment, as instances did not learn of the first in time", _choose(work))
        if not settled:
            return Waiting(f"{len(behind)} instances to learn that Azure owns firings from {work.did['from']}")
        if work.now < moment:
            return Waiting(f"{work.did['from']}, when no timer fires", work.did | {"settled": True})
        for rule, on in before["rules"].items():
            if on:
                work.world.schedules.set_enabled(rule, False)
        awake = [rule for rule, on in _rules(work).items() if on]
        if awake:
            return Waiting(f"rules {', '.join(awake)} to be off", work.did | {"settled": True})
        timers = schedules.timers(work.plan)
        late = schedules.firings(timers.values(), moment - timedelta(microseconds=1), work.now)
        return Done({"schedules": timers, "handed_over": work.now.isoformat(), "fired_twice_perhaps": _told(late)})

    def undo(self, work: Work, before: Json) -> Json:
        """Choose the pause of the way back; while rules are on, the ladder alone is set, at once."""
        return _choose_back(work) if _switched_off(work, before) else {"at": work.now.isoformat(), "order": _NEVER_OFF}

    def undone(self, work: Work, before: Json) -> Verdict:
        """Azure stops, then the rules are on: what an instance knows lapses, so after that time none of them fires."""
        if work.now < datetime.fromisoformat(work.did["at"]):
            return Waiting(f"{work.did['at']}, when no timer fires")
        timers, margin = schedules.timers(work.plan).values(), _margin(work)
        if work.did["order"] == _PAUSE and schedules.firings(timers, work.now - margin, work.now + _LAPSE + margin):
            return Waiting("another pause, as the first went by", _choose_back(work))
        began = time.monotonic()
        work.world.ladder.change(schedules_from=before["schedules_from"])
        while work.world.ladder.behind() and time.monotonic() - began < LAPSE:
            time.sleep(_LOOK)
        for rule, on in before["rules"].items():
            work.world.schedules.set_enabled(rule, on)
        given = work.now + timedelta(seconds=time.monotonic() - began)
        missed = [] if work.did["order"] == _NEVER_OFF else schedules.firings(timers, work.now, given)
        verdict = same(_rules(work), before["rules"], "rules", "Switch them by hand as the ledger says.")
        return Done({**verdict.evidence, "missed_perhaps": _told(missed)}) if isinstance(verdict, Done) else verdict

    def touches(self, plan: Plan) -> tuple[str, ...]:
        """Whether rules are on."""
        return ("schedules.*.enabled",)


def _chosen(work: Work, before: Json) -> Json | None:
    """The moment that an earlier try wrote. It stays: were it put off, firings from it to the new one might have no owner."""
    place = work.world.ladder.place()
    if place is None or place.schedules_from in {"", before["schedules_from"]}:
        return None
    return {"from": place.schedules_from, "settled": _switched_off(work, before), "chosen": work.now.isoformat()}


def _choose_back(work: Work) -> Json:
    """The pause of the way back; without one it begins now, in the order that doubles nothing."""
    room = _LAPSE + work.plan.timing.poll
    moment = schedules.pause(schedules.timers(work.plan).values(), work.now, _margin(work), room)
    if moment is None:
        return {"at": work.now.isoformat(), "order": "no pause is long enough: Azure stops first, so none is doubled"}
    return {"at": moment.isoformat(), "order": _PAUSE}


def _choose(work: Work) -> Json:
    """Write the next moment that every instance can know in time.

    Raises:
        AdapterError: `invalid`, the timers never pause long enough.
    """
    margin, poll = _margin(work), work.plan.timing.poll
    earliest = work.now + max(_LAPSE, margin / 2) + 2 * poll
    moment = schedules.pause(schedules.timers(work.plan).values(), earliest.replace(microsecond=0), margin, poll)
    if moment is None:
        raise AdapterError(
            "invalid",
            f"no timer may fire for {margin} before and after the hand-over, and the timers never pause that long",
            "Let the rules fire less often while the migration goes on, or shorten state.ladder.firing_margin.",
        )
    work.world.ladder.change(schedules_from=moment.isoformat())
    return {"from": moment.isoformat(), "settled": False, "chosen": work.now.isoformat()}


def _rules(work: Work) -> dict[str, bool]:
    return {rule: work.world.schedules.enabled(rule) for rule in schedules.timers(work.plan)}


def _switched_off(work: Work, before: Json) -> bool:
    """Whether this step has switched rules off: every instance knew of the moment then."""
    return any(before["rules"][rule] and not on for rule, on in _rules(work).items())


def _margin(work: Work) -> timedelta:
    ladder = work.plan.state.ladder
    return ladder.firing_margin if ladder else timedelta()


def _told(moments: list[datetime]) -> list[str]:
    return [moment.isoformat() for moment in moments]
