"""The step for what single services need: schedules first of all."""

from datetime import timedelta

from activities import schedules
from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Json


class PrepareServiceSpecifics(Step):
    """Compare the schedules of both sides and what else the services in this plan need."""

    owner = "azure"
    instruction = "Compare the next 20 firings of rules {rules} with the timers of {app}; check the app's time zone."
    expected = "Every timer on Azure fires at the very moments at which its rule fires on AWS; for a rate, as often."
    validation = "The next 20 firings of both are computed in UTC and compared; WEBSITE_TIME_ZONE is not set or is UTC."
    rollback = "Nothing to restore: comparing changes nothing."
    estimate = timedelta(minutes=1)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Compare every schedule."""
        zone = work.world.app.settings().get("WEBSITE_TIME_ZONE", "UTC")
        if zone not in {"UTC", "Etc/UTC"}:
            return Failed(f"WEBSITE_TIME_ZONE is {zone}", "Remove the setting: rules on AWS fire in UTC.")
        agreed: dict[str, str] = {}
        for rule, ncrontab in schedules.timers(work.plan).items():
            found = schedules.compared(rule, work.world.schedules.snapshot(rule)["expression"], ncrontab, work.now)
            if isinstance(found, Failed):
                return found
            agreed[rule] = found
        return Done({"schedules": agreed})
