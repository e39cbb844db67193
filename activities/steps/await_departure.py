"""The step that waits until clients have left the source, before its front door is closed."""

from datetime import datetime, timedelta
from typing import ClassVar

from activities.step import Done, Step, Verdict, Waiting, Work
from activities.weights import seen
from adapters.records import Json
from plan.fields import format_duration
from plan.model import Plan


class AwaitDeparture(Step):
    """Wait until AWS counts no request any more: some resolvers and clients hold an old answer longer than they may."""

    owner = "network"
    instruction = "Read how many requests the front doors {apis} have taken, until the number has not grown for {quiet}."
    expected = "No client has asked AWS for {quiet}."
    validation = (
        "CloudWatch counts the requests; it shows them one to three minutes late, which {quiet} must cover. Then 200 requests "
        "or look-ups of clients are tried, and none of them is sent to AWS."
    )
    rollback = "Nothing to restore: counting changes nothing."
    estimate = timedelta(minutes=5)
    promotable: ClassVar[bool] = True

    def do(self, work: Work, before: Json) -> Json:
        """Begin to count; clients that reach Azure through AWS do not leave."""
        now = work.now.isoformat()
        if work.plan.traffic.through_source:
            return {"from": now, "through_source": True}
        start = work.now.replace(second=0, microsecond=0).isoformat()
        return {"from": start, "requests": self._count(work, start), "unchanged_since": now}

    def verify(self, work: Work, before: Json) -> Verdict:
        """Unchanged for long enough, or a person says that the rest may meet the maintenance answer."""
        if "through_source" in work.did:
            return Done({"promoted": work.promoted}) if work.promoted else seen(work, 100, since="from")
        requests = self._count(work, work.did["from"])
        if work.promoted:
            return Done({"requests": requests, "promoted": work.promoted})
        if requests != work.did["requests"]:
            grown = work.did | {"requests": requests, "unchanged_since": work.now.isoformat()}
            return Waiting("clients to leave AWS; promote if the last ones need not be waited for", grown)
        if work.since("unchanged_since") < work.plan.traffic.quiet:
            return Waiting(f"{format_duration(work.plan.traffic.quiet)} without a request on AWS")
        found = seen(work, 100, work.plan.traffic.quiet, "unchanged_since")
        return Done({"requests": requests} | found.evidence) if isinstance(found, Done) else found

    def patience(self, plan: Plan) -> timedelta:
        """Quiet is waiting."""
        return plan.traffic.quiet + plan.traffic.follow + plan.timing.step_timeout

    def _count(self, work: Work, since: str) -> int:
        return work.world.observers["source"].traffic(datetime.fromisoformat(since)).requests
