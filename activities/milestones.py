"""Steps after which people should know where the run is.

Lives here: what is told after which step. Never here: who is told (the outbox), steps.
"""

from adapters.records import Json
from plan.model import Plan

TOLD = {
    "confirm_failback": "Everything is prepared; clients have noticed nothing.",
    "quiesce_source": "The source is closed to its clients.",
    "climb_ladder": "The app's use of its state went on: {rung}.",
    "shift_traffic": "{weight} % of the clients are sent to Azure.",
    "switch_traffic": "Clients are sent to Azure.",
    "close_window": "The window is closed: clients are served by Azure.",
    "retire_source": "The source is retired.",
}
"""By the step's name; arguments of its line may be used."""


class _Known(dict[str, object]):
    """Arguments of a line; one that it has not is a dash."""

    def __missing__(self, name: str) -> str:
        return "-"


def milestone(plan: Plan, step: str, arguments: Json) -> str:
    """What to tell when this line is done; nothing for most lines, and for all when the plan tells nobody."""
    return TOLD.get(step, "").format_map(_Known(arguments)) if plan.notices else ""
