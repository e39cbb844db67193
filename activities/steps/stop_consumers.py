"""The step that stops the source's queue consumers, after they have finished."""

from datetime import timedelta

from activities.routing import forwarding
from activities.source_state import differences
from activities.step import Done, Step, Verdict, Waiting, Work, same
from adapters.records import Json
from plan.model import Plan


class StopConsumers(Step):
    """Disable the event source mappings and reserve no concurrency, so that nothing runs on AWS any more."""

    owner = "aws"
    instruction = (
        "Disable the event source mappings of {functions}, wait until nothing is in flight, then reserve concurrency 0."
    )
    expected = "Every mapping is Disabled, no message is in flight, and no function runs but to forward."
    validation = (
        "Mapping states, queue attributes and reserved concurrency are read back; a mapping's state alone is not trusted."
    )
    rollback = "Concurrency and mappings are restored as they were; mappings are never deleted, so no position is lost."
    estimate = timedelta(minutes=2)

    def snapshot(self, work: Work) -> Json:
        """Mappings and reservations as they are."""
        return _consumers(work)

    def do(self, work: Work, before: Json) -> Json:
        """Disable the mappings; concurrency follows once nothing is in flight, else good messages would go to the DLQ."""
        for mapping in _mappings(before):
            work.world.mappings.set_enabled(mapping["uuid"], False)
        return {}

    def verify(self, work: Work, before: Json) -> Verdict:
        """Disabled, and nothing in flight, and then no concurrency."""
        states = {mapping["uuid"]: work.world.mappings.state(mapping["uuid"]) for mapping in _mappings(before)}
        awake = [f"mapping {uuid} is {state}" for uuid, state in states.items() if state != "Disabled"]
        flying = {it.name: work.world.queues.depth(it.source_queue).in_flight for it in work.plan.state.queues}
        busy = [f"queue {name}: {count} in flight" for name, count in flying.items() if count]
        if awake or busy:
            return Waiting("; ".join(awake + busy))
        for function in before["concurrency"].keys() - forwarding(work.plan):
            work.world.functions.set_concurrency(function, 0)
        return Done({"mappings": states})

    def undo(self, work: Work, before: Json) -> Json:
        """Concurrency first, so that the first message finds a function."""
        for function, reserved in before["concurrency"].items():
            work.world.functions.set_concurrency(function, reserved)
        for mapping in _mappings(before):
            work.world.mappings.set_enabled(mapping["uuid"], mapping["enabled"])
        return {}

    def undone(self, work: Work, before: Json) -> Verdict:
        """Mappings have reached their old state."""
        changed = differences(before, _consumers(work))
        if any(place.split(":")[0].endswith("mappings") for place in changed):
            return Waiting("event source mappings to be enabled again")
        return same(changed, [], "differences", "Restore them by hand from the ledger.")

    def touches(self, plan: Plan) -> tuple[str, ...]:
        """Whether consumers are on, and how many may run."""
        return ("mappings.*.*.enabled", "functions.*.reserved_concurrency")


def _consumers(work: Work) -> Json:
    names = [function.name for function in work.plan.source.functions]
    return {
        "mappings": [mapping for name in names for mapping in work.world.mappings.snapshot(name)],
        "concurrency": {name: work.world.functions.concurrency(name) for name in names},
    }


def _mappings(before: Json) -> list[Json]:
    return list(before["mappings"])
