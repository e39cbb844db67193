"""Nothing is forgotten: every trigger is mapped, every queue moves, every schedule is translated."""

from collections import Counter
from collections.abc import Iterator

from plan.model import Plan
from plan.ncrontab import ncrontab_problem
from plan.problems import Finding, Path
from plan.source import QueueTrigger


def check_mapping(plan: Plan) -> Iterator[Finding]:
    """Each trigger has one mapping, each mapping a trigger, and each Azure function one trigger, as the platform has it."""
    triggers = {
        (function.name, trigger.type): ("source", "functions", index, "triggers", place)
        for index, function in enumerate(plan.source.functions)
        for place, trigger in reversed(list(enumerate(function.triggers)))
    }
    mapped = Counter((mapping.function, mapping.trigger) for mapping in plan.mapping)
    for (function, trigger), path in triggers.items():
        if (function, trigger) not in mapped:
            what = f"the {trigger} trigger of {function} is not mapped"
            yield Finding(
                path, what, f"Add a mapping with function: {function}, trigger: {trigger} and the Azure functions under `to`"
            )
    names = {function.name for function in plan.source.functions}
    seen: set[tuple[str, str]] = set()
    for index, mapping in enumerate(plan.mapping):
        here = (mapping.function, mapping.trigger)
        if mapping.function not in names:
            mend = f"Name one of: {', '.join(sorted(names))}"
            yield Finding(("mapping", index, "function"), f"{mapping.function} is not under source.functions", mend)
        elif here not in triggers:
            mend = "Add the trigger to the function, or remove the mapping"
            yield Finding(("mapping", index, "trigger"), f"{mapping.function} has no {mapping.trigger} trigger", mend)
        if here in seen:
            what = f"the {mapping.trigger} trigger of {mapping.function} is mapped twice"
            yield Finding(("mapping", index), what, "List all the Azure functions under one mapping")
        seen.add(here)
    yield from _shared_targets(plan)


def _shared_targets(plan: Plan) -> Iterator[Finding]:
    """Several Lambda functions may share an HTTP function; nothing else can be shared."""
    taken: dict[str, tuple[str, str]] = {}
    for index, mapping in enumerate(plan.mapping):
        for place, name in enumerate(mapping.to):
            first = taken.setdefault(name.lower(), (mapping.trigger, mapping.function))
            repeated = name.lower() in [other.lower() for other in mapping.to[:place]]
            shared = first != (mapping.trigger, mapping.function) and (first[0], mapping.trigger) != ("http", "http")
            if repeated or shared:
                what = f"{name} already takes over the {first[0]} trigger of {first[1]}, and an Azure function has one trigger"
                yield Finding(("mapping", index, "to", place), what, "Name another Azure function")


def check_schedules(plan: Plan) -> Iterator[Finding]:
    """A schedule needs a translation that an Azure timer takes; nothing else may have one."""
    for index, mapping in enumerate(plan.mapping):
        path: Path = ("mapping", index, "ncrontab")
        if mapping.trigger != "schedule":
            if mapping.ncrontab is not None:
                yield Finding(path, f"a {mapping.trigger} trigger has no schedule", "Remove ncrontab, or correct the trigger")
        elif mapping.ncrontab is None:
            yield Finding(path, "a schedule needs its NCRONTAB expression", "Add it, six fields, in UTC, such as 0 0 2 * * *")
        elif problem := ncrontab_problem(mapping.ncrontab):
            yield Finding(path, problem, "Write six fields, such as 0 0 2 * * * for 02:00:00 every day")
    for index, function in enumerate(plan.source.functions):
        rules = [place for place, trigger in enumerate(function.triggers) if trigger.type == "schedule"]
        for place in rules[1:]:
            what = f"{function.name} has several schedules, and a mapping has one NCRONTAB expression"
            yield Finding(("source", "functions", index, "triggers", place), what, "Merge the rules into one in AWS first")


def check_queues(plan: Plan) -> Iterator[Finding]:
    """A queue that feeds a function moves, and a queue that moves feeds a function."""
    feeding = {
        trigger.queue: ("source", "functions", index, "triggers", place, "queue")
        for index, function in enumerate(plan.source.functions)
        for place, trigger in enumerate(function.triggers)
        if isinstance(trigger, QueueTrigger)
    }
    moving = {queue.source_queue for queue in plan.state.queues}
    for name, path in feeding.items():
        if name not in moving:
            yield Finding(path, f"the queue {name} is not under state.queues", f"Add an entry with source_queue: {name}")
    for index, queue in enumerate(plan.state.queues):
        if queue.source_queue not in feeding:
            mend = "Add the queue trigger to its function, or remove the queue"
            what = f"no function has a trigger on the queue {queue.source_queue}"
            yield Finding(("state", "queues", index, "source_queue"), what, mend)
