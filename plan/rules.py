"""Every rule between the parts of a plan: the list, in the order in which problems are told.

Lives here: which rules there are. Never here: what a single field must look like (the models).
"""

from collections.abc import Callable, Iterator

from plan.model import Plan
from plan.problems import Finding
from plan.rules_accepted import check_accepted
from plan.rules_checks import check_probes
from plan.rules_coverage import check_mapping, check_queues, check_schedules
from plan.rules_metrics import check_metrics
from plan.rules_names import check_account, check_names, check_secret_settings, check_targets, check_transport
from plan.rules_notices import check_notices
from plan.rules_parity import check_parity
from plan.rules_people import check_approvers, check_identities, check_strategy
from plan.rules_time import check_times
from plan.rules_traffic import check_router

RULES: tuple[Callable[[Plan], Iterator[Finding]], ...] = (
    check_account,
    check_mapping,
    check_schedules,
    check_queues,
    check_names,
    check_targets,
    check_transport,
    check_secret_settings,
    check_strategy,
    check_approvers,
    check_identities,
    check_notices,
    check_times,
    check_router,
    check_probes,
    check_parity,
    check_metrics,
    check_accepted,
)


def broken_rules(plan: Plan) -> Iterator[Finding]:
    """What every rule finds in a plan that the models accept."""
    for rule in RULES:
        yield from rule(plan)
