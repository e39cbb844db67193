"""The step that closes the ways into the source. From here on the workload is down."""

from datetime import timedelta

from activities.routing import passed_through
from activities.source_state import differences
from activities.step import Done, Step, Verdict, Waiting, Work, same
from adapters.records import Json
from plan.model import Plan
from plan.source import BucketTrigger, HttpTrigger, ScheduleTrigger, Trigger
from plan.traffic import HttpApiRouter


class QuiesceSource(Step):
    """Close every way in: a front door that clients do not need on their way to Azure, schedules, notifications."""

    owner = "aws"
    instruction = "Let {maintenance} answer on {apis}; switch off rules {rules}; detach the notifications of {buckets}."
    expected = "No new work comes in: callers get the maintenance response, no schedule fires, no notification is sent."
    validation = "Integrations, rules and notifications are read back."
    rollback = "Notifications, rules and integrations are restored as they were, the front door last."
    estimate = timedelta(minutes=1)

    def snapshot(self, work: Work) -> Json:
        """The ways in as they are."""
        return _ways_in(work)

    def do(self, work: Work, before: Json) -> Json:
        """Close them, the front door first."""
        world = work.world
        for function, trigger in _to_close(work):
            match trigger:
                case HttpTrigger(api=api) if work.plan.source.maintenance_function:
                    world.front_door.to_maintenance(api, work.plan.source.maintenance_function)
                case HttpTrigger():
                    world.functions.set_concurrency(function, 0)
                case ScheduleTrigger(rule=rule):
                    world.schedules.set_enabled(rule, False)
                case BucketTrigger(bucket=bucket):
                    world.bucket_events.detach(bucket)
                case _:  # a queue has its own steps: drain_source, stop_consumers
                    pass
        return {"closed": work.now.isoformat()}

    def verify(self, work: Work, before: Json) -> Verdict:
        """Read every way in back."""
        open_ways = [way for function, trigger in _to_close(work) if (way := _open(work, function, trigger))]
        return Waiting(f"{', '.join(open_ways)} to close") if open_ways else Done()

    def undo(self, work: Work, before: Json) -> Json:
        """Open them again, the front door last."""
        world = work.world
        for bucket, state in before["buckets"].items():
            world.bucket_events.restore(bucket, state)
        for rule, state in before["schedules"].items():
            world.schedules.set_enabled(rule, state["enabled"])
        for function, reserved in before["concurrency"].items():
            world.functions.set_concurrency(function, reserved)
        for api, state in before["front_doors"].items():
            world.front_door.restore(api, state)
        return {}

    def undone(self, work: Work, before: Json) -> Verdict:
        """The ways in are as they were."""
        return same(differences(before, _ways_in(work)), [], "differences", "Restore them by hand from the ledger.")

    def touches(self, plan: Plan) -> tuple[str, ...]:
        """The ways in; where the front door is the router, its routes are the router's, too."""
        routes = ("router",) if isinstance(plan.traffic, HttpApiRouter) else ()
        return ("front_doors", "functions.*.reserved_concurrency", "schedules.*.enabled", "buckets", *routes)


def _triggers(work: Work) -> list[tuple[str, Trigger]]:
    found = [(function.name, trigger) for function in work.plan.source.functions for trigger in function.triggers]
    return sorted(found, key=lambda pair: pair[1].type != "http")


def _to_close(work: Work) -> list[tuple[str, Trigger]]:
    """All ways in, but for a front door through which clients already reach Azure."""
    open_door = passed_through(work)
    return [(function, trigger) for function, trigger in _triggers(work) if not (open_door and trigger.type == "http")]


def _ways_in(work: Work) -> Json:
    world, triggers = work.world, _triggers(work)
    return {
        "front_doors": {t.api: world.front_door.snapshot(t.api) for _, t in triggers if t.type == "http"},
        "concurrency": {name: world.functions.concurrency(name) for name, t in triggers if t.type == "http"},
        "schedules": {t.rule: world.schedules.snapshot(t.rule) for _, t in triggers if t.type == "schedule"},
        "buckets": {t.bucket: world.bucket_events.snapshot(t.bucket) for _, t in triggers if t.type == "bucket"},
    }


def _open(work: Work, function: str, trigger: Trigger) -> str | None:
    maintenance = work.plan.source.maintenance_function
    match trigger:
        case HttpTrigger(api=api) if maintenance:
            return None if work.world.front_door.in_maintenance(api, maintenance) else f"API {api}"
        case HttpTrigger():
            return None if work.world.functions.concurrency(function) == 0 else f"function {function}"
        case ScheduleTrigger(rule=rule):
            return f"rule {rule}" if work.world.schedules.enabled(rule) else None
        case _:
            return None
