"""The step that switches the target's triggers on."""

from datetime import timedelta

from activities.app_settings import switch, target_functions
from activities.step import Done, Failed, Step, Verdict, Waiting, Work
from adapters.records import Json
from plan.model import Plan


class EnableTarget(Step):
    """Enable every mapped function on Azure; its queues and timers start to work."""

    owner = "azure"
    instruction = "Set the switches of {target_functions} on {app} to false and synchronise the triggers."
    expected = "The host reports every mapped function as enabled and answers {health}."
    validation = "The host's own list of functions is read; the app itself is asked."
    rollback = "The switches are set back; functions that were off are off again, after requests in flight have ended."
    break_glass = "The functions are read from the app's host by the machine that runs the command: it needs a way to the app."
    estimate = timedelta(minutes=2)

    def snapshot(self, work: Work) -> Json:
        """The switches as they are."""
        found = work.world.app.settings()
        return {"switches": {switch(name): found.get(switch(name)) for name in target_functions(work.plan)}}

    def do(self, work: Work, before: Json) -> Json:
        """Switch on."""
        work.world.app.change_settings({switch(name): "false" for name in target_functions(work.plan)}, [])
        work.world.app.start()
        work.world.app.sync_triggers()
        return {}

    def verify(self, work: Work, before: Json) -> Verdict:
        """Every function is on, and the app answers."""
        asleep = _with(work, disabled=True)
        if asleep:
            return Waiting(f"the host to enable {', '.join(asleep)}")
        health = work.plan.checks.health
        answer = work.world.web.ask(health.method, work.world.app.base_url() + health.path)
        if answer.status not in health.status:
            return Waiting(f"{health.path} to answer (status {answer.status} {answer.error})".rstrip())
        return Done({"health_seconds": round(answer.seconds, 3)})

    def undo(self, work: Work, before: Json) -> Json:
        """Switch back; once the undoing of deploy_code has set the switches as they were before both, there is nothing left."""
        if work.record.undone("deploy_code"):
            return {"off": []}
        on = {name: value for name, value in before["switches"].items() if value is not None}
        work.world.app.change_settings(on, [name for name, value in before["switches"].items() if value is None])
        work.world.app.sync_triggers()
        return {"off": [name for name, value in on.items() if value == "true"]}

    def undone(self, work: Work, before: Json) -> Verdict:
        """Functions that were off are off again: nothing on Azure takes new work."""
        if work.record.undone("deploy_code"):
            return Done()
        off = {name for name, value in before["switches"].items() if value == "true"}
        awake = [name for name in _with(work, disabled=False) if switch(name) in off]
        found = work.world.app.settings()
        if any(found.get(name) != value for name, value in before["switches"].items()):
            return Failed("the switches do not read back as they were", "Set them by hand, then retry.")
        return Waiting(f"the host to disable {', '.join(awake)}") if awake else Done()

    def patience(self, plan: Plan) -> timedelta:
        """A host that does not come up within minutes needs a person."""
        return min(plan.timing.step_timeout, timedelta(minutes=10))


def _with(work: Work, *, disabled: bool) -> list[str]:
    """Mapped functions in that state; one that the host does not report counts as disabled."""
    reported = {function.name: function.disabled for function in work.world.app.functions()}
    return [name for name in target_functions(work.plan) if reported.get(name, True) == disabled]
