"""The step that asks whether the migration may begin at all."""

from datetime import timedelta

from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Json
from plan.fields import format_duration


class ConfirmPrerequisites(Step):
    """Check that everything the outline's prerequisites ask for is there."""

    owner = "lead"
    instruction = (
        "Check the sign-offs in the plan, the permissions on AWS account {account} and resource group {group}, "
        "the template, that the target's stores are empty, and which failures were rehearsed."
    )
    expected = (
        "Every sign-off stands in the plan, every permission is present, the template is valid, the target's stores are empty."
    )
    validation = (
        "IAM's policy simulator and Resource Manager's permission list are asked; Resource Manager validates the template."
    )
    rollback = "Nothing to restore: checking changes nothing."
    estimate = timedelta(minutes=2)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Ask both clouds; every problem is listed, not only the first."""
        plan, world = work.plan, work.world
        problems = [f"AWS does not allow {what}" for what in world.aws_permissions.missing(world.aws_needs)]
        problems += [f"Azure does not allow {what}" for what in world.azure_permissions.missing(world.azure_needs)]
        for store in world.stores.values():
            _, there = store.count()
            if there:
                problems.append(f"the target of store {store.name} holds {there} items already")
        infrastructure = plan.target.infrastructure
        world.infrastructure.validate(infrastructure.template.url, infrastructure.template.sha256, infrastructure.parameters)
        wanted = plan.rehearsal.fresher_than if plan.rehearsal else None
        unrehearsed = work.record.unrehearsed(wanted)
        if wanted and unrehearsed:
            problems.append(f"not rehearsed within {format_duration(wanted)}: {', '.join(unrehearsed)}")
        if problems:
            mend = "Grant what is missing, empty the target's stores, rehearse, then start again."
            return Failed("; ".join(problems), mend, "prerequisite")
        signed = [f"{done.task} ({done.by}, {done.on})" for done in plan.sign_offs]
        return Done({"sign_offs": signed, "never_rehearsed": work.record.unrehearsed(None) if wanted else unrehearsed})
