"""Where the runbook may be rehearsed with failures, and how fresh its rehearsals have to be.

Lives here: what the plan says. Never here: failures and the permission to inject one (rehearsal/).
"""

from plan.fields import Duration, Part


class Rehearsal(Part):
    """Permission to inject failures, and the freshness that a run asks for.

    Failures are injected only where account and subscription are named here a second time and are those of `source` and
    `target`: a plan of production says neither.
    """

    account: str | None = None
    """AWS account in which failures may be injected; must be `source.account`."""
    subscription: str | None = None
    """Azure subscription in which failures may be injected; must be `target.subscription`."""
    fresher_than: Duration | None = None
    """`confirm_prerequisites` refuses a run when a step was not rehearsed within this time; not asked for, unless given."""
