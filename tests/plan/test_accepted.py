"""Accepted findings: by names that exist, each once, with a reason and a person."""

import pytest

from tests.plan.plans import data, problems_of

ACCEPTED = {"finding": "order-lost", "because": "order does not count", "by": "Quinn Test"}


def problems(*accepted: dict[str, str]) -> dict[str, str]:
    return {field: one.what for field, one in problems_of(data() | {"accepted_findings": list(accepted)}).items()}


def test_a_finding_may_be_accepted_everywhere_and_at_one_place() -> None:
    assert problems(ACCEPTED, ACCEPTED | {"about": "orders-queue"}, ACCEPTED | {"finding": "lock-lost"}) == {}


def test_one_that_is_accepted_twice_has_two_reasons() -> None:
    twice = problems(ACCEPTED | {"about": "orders-queue"}, ACCEPTED | {"about": "orders-queue", "because": "another"})
    assert twice == {"accepted_findings[1]": "order-lost is accepted twice about orders-queue"}


@pytest.mark.parametrize("missing", ["because", "by", "finding"])
def test_an_acceptance_says_what_why_and_who(missing: str) -> None:
    assert list(problems({name: value for name, value in ACCEPTED.items() if name != missing})) == [
        f"accepted_findings[0].{missing}"
    ]


def test_a_finding_that_nobody_looks_for_is_refused() -> None:
    assert list(problems(ACCEPTED | {"finding": "bad-luck"})) == ["accepted_findings[0].finding"]
