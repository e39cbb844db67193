"""The step that brings the package to the target, with every trigger off."""

from datetime import timedelta

from activities import app_settings
from activities.app_settings import switch, target_functions
from activities.step import Done, Failed, Step, Verdict, Waiting, Work
from adapters.records import Json
from plan.model import Plan


class DeployCode(Step):
    """Publish the package with every trigger disabled, so that nothing runs before its time."""

    owner = "azure"
    instruction = "Disable {target_functions} on {app} by setting, publish the package, and synchronise the triggers."
    expected = "The host of {app} reports every mapped function, and every one of them is disabled."
    validation = "The host's own list of functions is read, not the deployment's result."
    rollback = "The previous package is published again, or the app is stopped if there was none; added settings are removed."
    break_glass = "The earlier package is read and published by the machine that runs the command: it needs a way to both."
    estimate = timedelta(minutes=5)

    def snapshot(self, work: Work) -> Json:
        """The package that runs, whether the app runs, and settings that are there already."""
        world = work.world
        return {
            "package": world.package.current(),
            "running": world.app.running(),
            **app_settings.present(world, list(work.plan.target.settings)),
            "switches": _switches(work),
        }

    def do(self, work: Work, before: Json) -> Json:
        """Disable, publish, synchronise."""
        world, target = work.world, work.plan.target
        app_settings.add(world, target.settings, before)
        world.app.change_settings({switch(name): "true" for name in target_functions(work.plan)}, [])
        world.app.start()
        deployment = world.package.publish(target.package.url, target.package.sha256)
        world.app.sync_triggers()
        return {"deployment": deployment}

    def verify(self, work: Work, before: Json) -> Verdict:
        """Every mapped function is reported, every one is off."""
        reported = {function.name: function for function in work.world.app.functions()}
        missing = [name for name in target_functions(work.plan) if name not in reported]
        if missing:
            return Waiting(f"the host to report {', '.join(missing)} (it reports {len(reported)} functions)")
        awake = [name for name in target_functions(work.plan) if not reported[name].disabled]
        if awake:
            return Failed(
                f"{', '.join(awake)} is enabled before its time", "Check the app's settings for a switch of another form."
            )
        return Done({"functions": sorted(reported)})

    def undo(self, work: Work, before: Json) -> Json:
        """Bring the previous package back; without one, stop the app."""
        world = work.world
        if not world.app.exists():
            return {}
        world.package.restore(before["package"])
        if not before["running"] or before["package"] is None:
            world.app.stop()
        app_settings.take_away(world, list(work.plan.target.settings), before)
        off = {name: value for name, value in before["switches"].items() if value is not None}
        world.app.change_settings(off, [name for name, value in before["switches"].items() if value is None])
        return {}

    def undone(self, work: Work, before: Json) -> Verdict:
        """The previous package runs, or the app does not."""
        if before["package"] is None:
            running = work.world.app.exists() and work.world.app.running()
            return Waiting("the app to stop") if running else Done({"app": "stopped"})
        if work.world.package.current() != before["package"]:
            return Waiting("the previous package to be published")
        return Done({"package": before["package"]})

    def patience(self, plan: Plan) -> timedelta:
        """A host that never reports its functions has a broken package; that shows within minutes."""
        return min(plan.timing.step_timeout, timedelta(minutes=10))


def _switches(work: Work) -> dict[str, str | None]:
    found = work.world.app.settings() if work.world.app.exists() else {}
    return {switch(name): found.get(switch(name)) for name in target_functions(work.plan)}
