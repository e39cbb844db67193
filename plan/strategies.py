"""What each strategy needs of a plan: a table, one line a strategy.

Lives here: needs that differ between strategies. Never here: rules that hold for every plan (`rules.py`), or steps.
"""

from dataclasses import dataclass

from plan.model import Strategy
from plan.people import GateName, Role

_EVERYONE: frozenset[Role] = frozenset({"lead", "aws", "azure", "network", "data", "qa", "approver"})


@dataclass(frozen=True)
class Needs:
    """What the runbook of a strategy relies on."""

    gates: tuple[GateName, ...]
    roles: frozenset[Role] = _EVERYONE
    copies_state: bool = True
    """Whether stores may be copied while nobody writes; without such a time a copy loses writes."""


NEEDS: dict[Strategy, Needs] = {
    "planned-downtime": Needs(gates=("open-window", "cutover", "finalize")),
    "zero-downtime": Needs(gates=("cutover", "finalize"), copies_state=False),
    "minimized-downtime": Needs(gates=("open-window", "cutover", "finalize")),
}
