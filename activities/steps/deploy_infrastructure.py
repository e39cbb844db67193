"""The step that deploys the target and its dependencies."""

from datetime import timedelta

from activities.app_settings import switch, target_functions
from activities.step import Done, Failed, Step, Verdict, Waiting, Work
from adapters.records import Json


class DeployInfrastructure(Step):
    """Deploy the target's template: what-if first, then for real."""

    owner = "azure"
    instruction = "Ask what the template would change in resource group {group}; when it deletes nothing, deploy it."
    expected = "The deployment has succeeded and function app {app} exists."
    validation = "Resource Manager reports the deployment as Succeeded and answers for {app}."
    rollback = "What this run created is removed when the plan says so, otherwise it stays, stopped; nothing older is touched."
    estimate = timedelta(minutes=10)

    def snapshot(self, work: Work) -> Json:
        """What is in the resource group already, whether the app is, and what must stay among its settings."""
        there = work.world.app.exists()
        notes = _notes(work) if there else {}
        return {"resources": sorted(work.world.infrastructure.resources()), "app": there, "notes": notes}

    def do(self, work: Work, before: Json) -> Json:
        """Begin the deployment unless it would delete something."""
        plan = work.plan.target.infrastructure
        url, sha256, parameters = plan.template.url, plan.template.sha256, plan.parameters
        changes = work.world.infrastructure.what_if(url, sha256, parameters)
        deleted = [change["resource"] for change in changes if change["change"] == "Delete"]
        if not deleted:
            work.world.infrastructure.deploy(_deployment(work), url, sha256, parameters)
        kinds = sorted({change["change"] for change in changes})
        return {"deleted": deleted, "what_if": {kind: sum(change["change"] == kind for change in changes) for kind in kinds}}

    def verify(self, work: Work, before: Json) -> Verdict:
        """Wait for the deployment's end."""
        if work.did["deleted"]:
            return Failed(
                f"the template would delete {', '.join(work.did['deleted'])}", "Take the deletion out of the template."
            )
        state, error = work.world.infrastructure.state(_deployment(work))
        if state == "Succeeded":
            if not work.world.app.exists():
                return _no_app(work)
            work.world.app.change_settings(before["notes"], [])
            return Done({"deployment": _deployment(work)})
        if state in {"Failed", "Canceled", "NotFound"}:
            return Failed(f"the deployment is {state}: {error}", "Mend the template or its parameters, then start again.")
        return Waiting(f"deployment {_deployment(work)}, which is {state}")

    def undo(self, work: Work, before: Json) -> Json:
        """Take back what can be taken back by now."""
        return {"created": _take_back(work, before)}

    def undone(self, work: Work, before: Json) -> Verdict:
        """The deployment has ended, and nothing that it made is left, unless it is to stay; then the app does not run."""
        if _runs(work):
            return Waiting(f"deployment {_deployment(work)} to end; it would make again what is removed")
        _take_back(work, before)
        left = _created(work, before)
        if left and work.plan.target.infrastructure.remove_on_failback:
            return Waiting(f"the removal of {', '.join(left)}")
        if not before["app"] and work.world.app.exists() and work.world.app.running():
            return Waiting("the app to stop")
        return Done({"left_in_place": left})


def _take_back(work: Work, before: Json) -> list[str]:
    """Remove what was not there before, if the plan says so; otherwise stop the app, if this run made it."""
    created = _created(work, before)
    if _runs(work):
        return created
    if work.plan.target.infrastructure.remove_on_failback:
        for resource in reversed(created):
            work.world.infrastructure.remove(resource)
    elif not before["app"] and work.world.app.exists():
        work.world.app.stop()
    if before["app"]:
        work.world.app.change_settings(before["notes"], [])
    return created


def _runs(work: Work) -> bool:
    return work.world.infrastructure.state(_deployment(work))[0] == "Running"


def _deployment(work: Work) -> str:
    return f"dayzero-{work.run}"[:64]


def _created(work: Work, before: Json) -> list[str]:
    known = {resource.lower() for resource in before["resources"]}
    return [resource for resource in sorted(work.world.infrastructure.resources()) if resource.lower() not in known]


def _notes(work: Work) -> dict[str, str]:
    """Settings that say which package runs and which functions are off; none is secret.

    A template that lists app settings replaces them all, so these are set again after it.
    """
    switches = {switch(name) for name in target_functions(work.plan)}
    found = work.world.app.settings().items()
    return {name: value for name, value in found if name in switches or name.startswith("DAYZERO_")}


def _no_app(work: Work) -> Verdict:
    return Failed(
        f"the template was deployed but made no function app {work.plan.target.app}", "Name the app as the plan does."
    )
