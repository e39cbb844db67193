"""The schedules of a plan: which rule belongs to which timer, and whether both mean the same.

Lives here: what the steps that speak of schedules have in common. Never here: switching anything.
"""

from datetime import datetime

from activities.step import Failed
from plan.cron import cadence, different_firings, different_gaps
from plan.model import Plan
from plan.moments import Untranslatable
from plan.translate import translate


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
