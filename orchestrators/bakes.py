"""Lines that only watch for a while, which a person may end early by `promote`."""

from activities.registry import STEPS

BAKES: frozenset[str] = frozenset(name for name, step in STEPS.items() if step.promotable)
