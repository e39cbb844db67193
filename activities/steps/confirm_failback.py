"""The step that proves the way back before anybody leaves."""

from datetime import timedelta

from activities.routing import forwarding
from activities.source_state import differences, source_state
from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Json
from plan.model import Plan

_NEEDED = ("snapshot_source", "freeze_source_code", "prepare_dns", "copy_secrets", "deploy_code")


class ConfirmFailback(Step):
    """Show that each later step has what its way back needs."""

    owner = "lead"
    instruction = "Read every before-state back from the ledger and compare the source with its snapshot."
    expected = "Every before-state can be read, and the source is as it was recorded; {router} may have been made ready."
    validation = "The ledger is read, the source is read again, permissions are asked again."
    rollback = "Nothing to restore: reading changes nothing."
    estimate = timedelta(minutes=1)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Read everything that a failback would read."""
        lost = [step for step in _NEEDED if work.record.before(step) is None]
        if lost:
            return Failed(f"the ledger has no before-state of {', '.join(lost)}", "Abort; the record is not complete.")
        changed = differences(
            _without_router(work.plan, work.record.before("snapshot_source")),
            _without_router(work.plan, source_state(work.plan, work.world)),
        )
        if changed:
            return Failed(
                f"the source changed since it was recorded: {'; '.join(changed[:5])}", "Find who changed it, then start again."
            )
        denied = work.world.aws_permissions.missing(work.world.aws_needs)
        if denied:
            return Failed(f"AWS no longer allows {', '.join(denied)}", "Grant it again, then retry.")
        return Done({"before_states": len(_NEEDED)})


def _without_router(plan: Plan, state: Json) -> Json:
    """The state without what makes the router ready: its lifetime, or versions of functions that will forward."""
    functions = {
        name: {key: value for key, value in found.items() if key != "versions" or name not in forwarding(plan)}
        for name, found in state["functions"].items()
    }
    return {name: part for name, part in state.items() if name != "router"} | {"functions": functions}
