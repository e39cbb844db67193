"""The schedules of a plan: which rule belongs to which timer, whether both mean the same, and when neither fires.

Lives here: what the steps that speak of schedules have in common. Never here: switching anything.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from activities.step import Failed
from plan.cron import cadence, different_firings, different_gaps, ncrontab_between
from plan.model import Plan
from plan.moments import Untranslatable
from plan.translate import translate

_MINUTE = timedelta(minutes=1)
"""Precision of a rule's firing (EventBridge user guide, scheduled rules)."""
_HORIZON = timedelta(days=2)
"""A pause between firings that is not found in this time is not waited for."""


def timers(plan: Plan) -> dict[str, str]:
    """The NCRONTAB expression of each rule."""
    expressions = {it.function: it.ncrontab for it in plan.mapping if it.trigger == "schedule" and it.ncrontab}
    functions = [it for it in plan.source.functions if it.name in expressions]
    return {trigger.rule: expressions[it.name] for it in functions for trigger in it.triggers if trigger.type == "schedule"}


def compared(rule: str, expression: str, ncrontab: str, now: datetime) -> str | Failed:
    """How both agree, as evidence; or how they do not, with the expression that would."""
    try:
        wanted = translate(expression, now)
        period = cadence(expression)
        if period is not None:
            gaps = different_gaps(period, ncrontab, now)
            what = f"{rule} fires every {period} on AWS, but {gaps[0]} apart on Azure" if gaps else ""
            agrees = f"{expression} has the cadence of {ncrontab}: {wanted.note}"
        else:
            other = different_firings(expression, ncrontab, now)
            what = f"{rule} fires at {other[0][0]:%a %F %T} on AWS but at {other[0][1]:%a %F %T} on Azure" if other else ""
            agrees = f"{expression} = {ncrontab}"
    except Untranslatable as error:
        return Failed(f"schedule {rule}: {error}", error.mend)
    return Failed(what, f"Correct mapping.ncrontab: {wanted.ncrontab} fires as the rule does.") if what else agrees


def firings(expressions: Iterable[str], start: datetime, end: datetime) -> list[datetime]:
    """When any of these timers fires after `start` and up to `end`."""
    return sorted({moment for expression in expressions for moment in ncrontab_between(expression, start, end)})


def pause(expressions: Iterable[str], earliest: datetime, margin: timedelta, room: timedelta) -> datetime | None:
    """The first moment from `earliest` on before which no timer fires for a while, and after it for `room` and `margin`.

    Before it: for `margin`, and for a minute at least, since EventBridge runs a rule at any second of the minute that it names,
    also when it is switched on within that minute. None when there is no such moment within two days.
    """
    before = max(margin, _MINUTE)
    moment, last = earliest, earliest + _HORIZON
    for fired in [*firings(expressions, earliest - before, last + before + room + margin), None]:
        if fired is None or fired > moment + room + margin:
            return moment if moment <= last else None
        moment = max(moment, fired + before)
    raise AssertionError("the last look returns")
