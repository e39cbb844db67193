"""Which permissions a plan's runbook needs, as a checklist for people.

Lives here: putting actions together by service. Never here: which they are; adapters know that.
"""

from collections import defaultdict

from adapters.aws import actions as aws_actions
from adapters.azure import actions as azure_actions
from plan.model import Plan


def permissions(plan: Plan) -> dict[str, dict[str, list[str]]]:
    """`aws` and `azure`: actions by service, such as `lambda` or `Microsoft.Web`, each once and sorted."""
    return {
        "aws": _by_service(aws_actions.needed_actions(plan), ":"),
        "azure": _by_service(azure_actions.needed_actions(plan), "/"),
    }


def _by_service(needed: list[tuple[str, str]], mark: str) -> dict[str, list[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for action, _resource in needed:
        service, _, verb = action.partition(mark)
        found[service].add(verb)
    return {service: sorted(verbs) for service, verbs in sorted(found.items())}
