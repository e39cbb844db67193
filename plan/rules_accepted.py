"""Findings that are accepted once."""

from collections.abc import Iterator

from plan.model import Plan
from plan.problems import Finding


def check_accepted(plan: Plan) -> Iterator[Finding]:
    """No finding is accepted twice, so that one reason counts."""
    seen: set[tuple[str, str | None]] = set()
    for index, one in enumerate(plan.accepted_findings):
        here = (one.finding, one.about)
        if here in seen:
            what = f"{one.finding} is accepted twice" + (f" about {one.about}" if one.about else "")
            yield Finding(("accepted_findings", index), what, "Keep the entry whose reason counts")
        seen.add(here)
