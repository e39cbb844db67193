"""The step that reads every metric once, before any client moves by what it says."""

from datetime import timedelta

from activities import metric_readings
from activities.step import Done, Step, Verdict, Work
from adapters.records import Json


class ConfirmMetrics(Step):
    """Read every metric that the metric gates go by; nobody depends on them yet."""

    owner = "qa"
    instruction = "Read the metrics of {app} and of AWS that these gates go by: {metric_gates}."
    expected = "Both sides have every one of them, and the agent may read it; no traffic yet is no mistake."
    validation = "CloudWatch and Azure Monitor are asked, as they will be at each weight."
    rollback = "Nothing to restore: reading changes nothing."
    estimate = timedelta(minutes=1)

    def verify(self, work: Work, before: Json) -> Verdict:
        """A metric that is missing or refused is the adapters' error, with its mend."""
        return Done({"metrics": metric_readings.read(work, work.now.replace(second=0, microsecond=0))})
