"""The step after the point of no return: the source sleeps. It is not deleted."""

from datetime import timedelta

from activities.routing import forwarding
from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Json


class RetireSource(Step):
    """Leave the source dormant: switched off, complete, and not deleted."""

    owner = "aws"
    instruction = (
        "Check that {functions} cannot run: mappings disabled, rules {rules} off, concurrency 0 unless they forward; "
        "delete nothing."
    )
    expected = "No trigger of the source is on, and the source serves no client itself."
    validation = "Mappings, rules, concurrency and weight are read back."
    rollback = "None: the run is past its point of no return. The source's code and data are still there for a person to use."
    break_glass = "Refused: it stands after finalize."
    estimate = timedelta(minutes=1)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Everything is off."""
        world, awake = work.world, []
        for function in work.plan.source.functions:
            awake += [f"mapping {it['uuid']}" for it in world.mappings.snapshot(function.name) if it["enabled"]]
            runs = function.name not in forwarding(work.plan) and world.functions.concurrency(function.name) != 0
            awake += [f"function {function.name}"] if runs else []
            rules = [trigger.rule for trigger in function.triggers if trigger.type == "schedule"]
            awake += [f"rule {rule}" for rule in rules if world.schedules.enabled(rule)]
        if world.router.weight() != 100:
            awake.append(f"the router ({world.router.weight()} % to Azure)")
        if awake:
            return Failed(f"not dormant: {', '.join(awake)}", "Switch it off by hand, then retry; stay on Azure.", "drift")
        return Done({"dormant": [function.name for function in work.plan.source.functions]})
