"""The step for what single services need: schedules first of all."""

from datetime import timedelta

from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Json
from plan.cron import Untranslatable, different_firings


class PrepareServiceSpecifics(Step):
    """Compare the schedules of both sides and what else the services in this plan need."""

    owner = "azure"
    instruction = "Compare the next 20 firings of rules {rules} with the timers of {app}; check the app's time zone."
    expected = "Every timer on Azure fires at the very moments at which its rule fires on AWS."
    validation = "The next 20 firings of both are computed in UTC and compared; WEBSITE_TIME_ZONE is not set or is UTC."
    rollback = "Nothing to restore: comparing changes nothing."
    estimate = timedelta(minutes=1)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Compare every schedule."""
        zone = work.world.app.settings().get("WEBSITE_TIME_ZONE", "UTC")
        if zone not in {"UTC", "Etc/UTC"}:
            return Failed(f"WEBSITE_TIME_ZONE is {zone}", "Remove the setting: rules on AWS fire in UTC.")
        compared: dict[str, str] = {}
        for rule, ncrontab in _schedules(work):
            expression = work.world.schedules.snapshot(rule)["expression"]
            try:
                other = different_firings(expression, ncrontab, work.now)
            except Untranslatable as error:
                return Failed(f"schedule {rule}: {error}", "Use an expression that both sides can say.")
            if other:
                aws, azure = other[0]
                return Failed(
                    f"{rule} fires at {aws:%a %F %T} on AWS but at {azure:%a %F %T} on Azure", "Correct mapping.ncrontab."
                )
            compared[rule] = f"{expression} = {ncrontab}"
        return Done({"schedules": compared})


def _schedules(work: Work) -> list[tuple[str, str]]:
    expressions = {it.function: it.ncrontab for it in work.plan.mapping if it.trigger == "schedule" and it.ncrontab}
    functions = [it for it in work.plan.source.functions if it.name in expressions]
    return [(trigger.rule, expressions[it.name]) for it in functions for trigger in it.triggers if trigger.type == "schedule"]
