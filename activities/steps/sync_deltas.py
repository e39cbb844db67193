"""The step that lets the copy catch up while clients go on writing."""

from datetime import timedelta

from activities import deltas
from activities.step import Done, Failed, Step, Verdict, Waiting, Work
from adapters.records import Json
from plan.fields import format_duration

_TREND = 20
"""Looks over which a lag must have shrunk, or the writes outrun the copy."""


class SyncDeltas(Step):
    """Bring over what changed since the copy began, until the copy is nearly as new as the source."""

    owner = "data"
    instruction = "Apply the changes of {stores} again and again until they are at most {lag} old."
    expected = "The copy on Azure is at most {lag} behind the source."
    validation = "The age of the oldest change that is not applied is read from the stream itself."
    rollback = "Nothing to restore: what was brought over goes with the copy."
    estimate = timedelta(minutes=5)

    def do(self, work: Work, before: Json) -> Json:
        """Go on where replication began, or where the last such step stopped."""
        return deltas.begun(work)

    def verify(self, work: Work, before: Json) -> Verdict:
        """One look; a lag that does not shrink stops the run with its figures."""
        seen = deltas.look(work)
        lags, allowed = seen["lags"], work.plan.timing.lag.total_seconds()
        if lags[-1] <= allowed:
            return Done(seen)
        if len(lags) >= _TREND and lags[-1] >= lags[0]:
            what = f"the copy does not catch up: it was {lags[0]} s behind and is {lags[-1]} s behind after {len(lags)} looks"
            return Failed(what, "Raise shards or capacity, or choose planned downtime.", "not-converging")
        return Waiting(f"the copy to be at most {format_duration(work.plan.timing.lag)} behind; it is {lags[-1]} s", seen)
