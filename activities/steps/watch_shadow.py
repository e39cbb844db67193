"""The step in which every read of the live app is compared with the other side."""

from datetime import timedelta
from typing import ClassVar

from activities.step import Done, Failed, Step, Verdict, Waiting, Work
from adapters.records import Json
from plan.fields import format_duration
from plan.model import Plan


class WatchShadow(Step):
    """Let the app compare its reads of both stores, under the load of real clients."""

    owner = "data"
    instruction = "Watch the instances of {app} compare their reads for {watch}."
    expected = "Reads were compared, none differed at a second look, and no write is owed to either side."
    validation = "Every instance tells in table {ladder} what it compared; keys that differ and keys owed are listed there."
    rollback = "Nothing to restore: watching changes nothing."
    estimate = timedelta(minutes=10)
    promotable: ClassVar[bool] = True

    def do(self, work: Work, before: Json) -> Json:
        """Begin to watch; what differed on earlier tries is known."""
        return {
            "since": work.now.isoformat(),
            "known": len(work.world.ladder.differences()),
            "compared_before": _compared(work),
        }

    def verify(self, work: Work, before: Json) -> Verdict:
        """One more look."""
        found = work.world.ladder.differences()
        if len(found) > work.did["known"]:
            shown = ", ".join(f"{it['store']} {it['key']}" for it in found[:10])
            mend = "Look at these keys on both sides; the run goes back, AWS holds the truth."
            return Failed(f"{len(found)} keys read differently on both sides: {shown}", mend, "state-differs")
        watch = work.plan.state.ladder.watch if work.plan.state.ladder else timedelta()
        if work.since("since") < watch and not work.promoted:
            return Waiting(f"{format_duration(watch)} of equal reads")
        owed, compared = work.world.ladder.repairs(), _compared(work) - work.did["compared_before"]
        if owed:
            return Waiting(f"{owed} writes to reach their second side")
        if compared <= 0 and work.plan.state.stores and not work.promoted:
            return Waiting("a read that was compared; no client has read anything yet")
        seen = {"compared": compared, "different": 0, "instances": len(work.world.ladder.instances())}
        return Done(seen | ({"promoted": work.promoted} if work.promoted else {}))

    def patience(self, plan: Plan) -> timedelta:
        """Watching is waiting."""
        return plan.timing.step_timeout + (plan.state.ladder.watch if plan.state.ladder else timedelta())


def _compared(work: Work) -> int:
    return sum(instance.compared for instance in work.world.ladder.instances())
