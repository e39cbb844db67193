"""Findings of `inspect_workload` that somebody has weighed and taken on.

Lives here: what the plan says. Never here: looking for them (activities/inspections/).
"""

from typing import Literal

from plan.fields import Name, Part

Hazard = Literal[
    "answer-cut-off",
    "run-cut-off",
    "legacy-settings",
    "setting-misread",
    "signature-refused",
    "batch-item-failures",
    "lock-lost",
    "message-too-large",
    "order-lost",
    "retried-at-once",
    "blobs-again",
    "blobs-missed",
    "downstream-swamped",
    "host-id-collision",
    "clock-skew",
]
"""What is looked for before anything is changed; the names are those of the list of known ways to fail."""


class AcceptedFinding(Part):
    """A finding that does not stop the run, because somebody says why it need not."""

    finding: Hazard
    """What was found, by the name that `inspect_workload` gives it."""
    about: Name | None = None
    """Only where it was found there: the function, queue, setting or API that the finding names; without it: everywhere."""
    because: Name
    """Why it does no harm here."""
    by: Name
    """Who says so."""
