"""The blows of chaos: the same for the same seed, every kind of them; and what is counted afterwards."""

from collections import Counter

import pytest

from local.aftermath import Aftermath, markdown
from local.blows import KINDS, blows


@pytest.mark.parametrize("rounds", [1, 5, 23])
def test_a_seed_repeats_its_blows(rounds: int) -> None:
    assert len(blows(7, rounds)) == rounds
    assert blows(7, rounds) == blows(7, rounds)
    assert blows(7, rounds) != blows(8, rounds)


def test_every_kind_comes_before_one_comes_twice() -> None:
    for seed in range(20):
        counted = Counter(blow.kind for blow in blows(seed, 2 * len(KINDS)))
        assert counted == dict.fromkeys(KINDS, 2)
        assert {blow.kind for blow in blows(seed, len(KINDS))} == set(KINDS)


def test_the_paper_names_what_was_not_kept() -> None:
    bad = Aftermath("migrated", 1, 2, 100, 500, 3, 0, 1, ["clients are answered by nobody"])
    assert "| orders lost | 2 |" in markdown(bad)
    assert "NOT KEPT: clients are answered by nobody" in markdown(bad)
