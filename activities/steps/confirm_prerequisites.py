"""The step that asks whether the migration may begin at all."""

from datetime import timedelta

from activities.step import Done, Failed, Step, Verdict, Waiting, Work
from adapters.records import Json
from plan.fields import format_duration

_NOTICE_PATIENCE = timedelta(seconds=45)
"""Notices are sent every ten seconds, and a sink that is slow to answer is asked again after five and ten more."""


class ConfirmPrerequisites(Step):
    """Check that everything the outline's prerequisites ask for is there."""

    owner = "lead"
    instruction = (
        "Check the sign-offs in the plan, the permissions on AWS account {account} and resource group {group}, "
        "the template, that the target's stores are empty, which failures were rehearsed, and that the sinks are reached."
    )
    expected = (
        "Every sign-off stands in the plan, every permission is present, the template is valid, the target's stores are empty, "
        "every sink has taken the notice of the start."
    )
    validation = (
        "IAM's policy simulator and Resource Manager's permission list are asked; Resource Manager validates the template; "
        "the ledger has what each sink answered."
    )
    rollback = "Nothing to restore: checking changes nothing."
    estimate = timedelta(minutes=2)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Ask both clouds; every problem is listed, not only the first.

        The notice of the start is the test of the sinks: nobody gets a card that means nothing.
        """
        plan, world = work.plan, work.world
        unheard = work.record.unheard() if plan.notices else {}
        began = work.record.started(self.name) or work.now
        if unheard and not all(unheard.values()) and work.now - began < _NOTICE_PATIENCE:
            return Waiting(f"the notice of the start to reach {', '.join(sorted(unheard))}")
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
        problems += [why or f"the notice of the start was not sent to {name} yet" for name, why in unheard.items()]
        if problems:
            mend = "Grant what is missing, empty the stores, rehearse, mend sinks (`dayzero test-notices`); then start again."
            return Failed("; ".join(problems), mend, "prerequisite")
        signed = [f"{done.task} ({done.by}, {done.on})" for done in plan.sign_offs]
        told = [sink.name for sink in plan.notices]
        return Done(
            {"sign_offs": signed, "told": told, "never_rehearsed": work.record.unrehearsed(None) if wanted else unrehearsed}
        )
