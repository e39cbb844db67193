"""The step that lets messages be enqueued on Azure, while AWS still works off what it has."""

from datetime import timedelta

from activities.step import Done, Step, Verdict, Waiting, Work
from adapters.records import Json


class HandOverQueues(Step):
    """Let the app enqueue on Azure; both consumers run until the queues of AWS are empty. Each message has one owner."""

    owner = "data"
    instruction = "Set producers to azure on the ladder {ladder} and wait until every instance of {app} follows."
    expected = "Every instance enqueues on Azure; what is in {queues} is still worked off by AWS."
    validation = "Every instance reports the new place on the ladder, and no operation that began before it is running."
    rollback = "The app enqueues in AWS again; the queues on Azure are worked off by Azure until they are empty."
    break_glass = "The ladder's table is written by the machine that runs the command: it needs a way to it."
    estimate = timedelta(minutes=1)

    def snapshot(self, work: Work) -> Json:
        """Who enqueues where now."""
        place = work.world.ladder.place()
        return {"producers": place.producers if place else "aws"}

    def do(self, work: Work, before: Json) -> Json:
        """Azure from now on."""
        work.world.ladder.change(producers="azure")
        return {}

    def verify(self, work: Work, before: Json) -> Verdict:
        """Nobody enqueues in AWS any more."""
        behind = work.world.ladder.behind()
        return Waiting(f"{len(behind)} instances to enqueue on Azure") if behind else Done({"producers": "azure"})

    def undo(self, work: Work, before: Json) -> Json:
        """As it was."""
        work.world.ladder.change(producers=before["producers"])
        return {"empty_since": None}

    def undone(self, work: Work, before: Json) -> Verdict:
        """Everybody enqueues in AWS, and Azure has nothing left to work off for as long as the plan says."""
        behind = work.world.ladder.behind()
        if behind:
            return Waiting(f"{len(behind)} instances to enqueue in AWS")
        busy = [name for name, mover in work.world.movers.items() if not mover.target_depth().empty]
        if busy:
            return Waiting(f"Azure to work off {', '.join(busy)}", {"empty_since": None})
        if work.did["empty_since"] is None:
            return Waiting("the queues on Azure to stay empty", {"empty_since": work.now.isoformat()})
        settle = max((queue.settle for queue in work.plan.state.queues), default=timedelta())
        return Waiting("the queues on Azure to stay empty") if work.since("empty_since") < settle else Done()
