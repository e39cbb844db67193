"""The judgement of two sides, from numbers alone: what it never does, whatever the numbers, and what it finds in samples."""

import random
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from activities.judging import (
    Counts,
    Judgement,
    alpha_at_end,
    alpha_while_watching,
    compared,
    errors,
    limited,
    overall,
    slower,
)

ALPHA, MINIMUM, ABOVE = 0.01, 30, 0.01
ORDER = ("pass", "inconclusive", "fail")


def dice_of(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a simulation that is the same each time


def judged(source: Counts, target: Counts, alpha: float = ALPHA) -> Judgement:
    return errors(source, target, ABOVE, alpha, MINIMUM)


def timed(source: list[float], target: list[float], quantile: float | None = None, alpha: float = ALPHA) -> Judgement:
    return slower(source, target, ratio=1.5, slack=0.05, quantile=quantile, alpha=alpha, minimum=MINIMUM)


@given(total=some.integers(100, 5000), share=some.floats(0.2, 1.0), source=some.integers(0, 5000))
@settings(deadline=None)
def test_one_in_five_wrong_never_passes_beside_a_healthy_source(total: int, share: float, source: int) -> None:
    target = Counts(total, ceil(total * share))
    assert judged(Counts(source, 0), target).verdict != "pass"
    assert judged(Counts(source, source // 50), target).verdict != "pass"


@given(
    source=some.tuples(some.integers(0, 400), some.integers(0, 400)),
    total=some.integers(0, 400),
    bads=some.lists(some.integers(0, 400), min_size=2, max_size=5),
)
@settings(deadline=None)
def test_more_errors_never_make_a_target_look_better(source: tuple[int, int], total: int, bads: list[int]) -> None:
    reference = Counts(source[0], min(source))
    found = [judged(reference, Counts(total, bad)) for bad in sorted(min(bad, total) for bad in bads)]
    for better, worse in pairwise(found):
        assert ORDER.index(worse.verdict) >= ORDER.index(better.verdict)
        assert better.p is None or worse.p is None or worse.p <= better.p + 1e-9


@given(total=some.integers(0, MINIMUM - 1), bad=some.integers(0, MINIMUM), source=some.integers(0, 10**6))
@settings(deadline=None)
def test_below_the_minimum_nothing_is_concluded(total: int, bad: int, source: int) -> None:
    assert judged(Counts(source, 0), Counts(total, min(bad, total))).verdict == "inconclusive"
    assert timed([0.1] * total, [9.0] * 100).verdict == "inconclusive"
    assert timed([0.1] * 100, [9.0] * total).verdict == "inconclusive"


def test_no_traffic_is_inconclusive_and_says_so() -> None:
    found = judged(Counts(500, 0), Counts(0, 0))
    assert (found.verdict, found.why) == ("inconclusive", "0 of at least 30 requests seen on the target")


@pytest.mark.parametrize("rate", [0.0, 0.02, 0.2, 0.5])
def test_equal_sides_fail_no_more_often_than_alpha_says(rate: float) -> None:
    dice, times = dice_of(7), 1500
    failed = 0
    for _ in range(times):
        source, target = (Counts(150, sum(dice.random() < rate for _ in range(150))) for _ in "ab")
        failed += judged(source, target, 0.05).verdict == "fail"
    assert failed <= times * 0.05


@pytest.mark.parametrize("quantile", [None, 0.9])
def test_equally_slow_sides_fail_no_more_often_than_alpha_says(quantile: float | None) -> None:
    dice, times = dice_of(11), 400
    failed = 0
    for _ in range(times):
        source, target = ([dice.lognormvariate(-2, 0.8) for _ in range(60)] for _ in "ab")
        failed += timed(source, target, quantile, 0.05).verdict == "fail"
    assert failed <= times * 0.05


def test_a_side_that_is_as_slow_as_is_tolerated_rarely_fails() -> None:
    dice, times, failed = dice_of(5), 300, 0
    for _ in range(times):
        source = [dice.lognormvariate(0, 0.5) for _ in range(60)]
        failed += timed(source, [1.5 * dice.lognormvariate(0, 0.5) for _ in range(60)], alpha=0.05).verdict == "fail"
    assert failed <= times * 0.08


@pytest.mark.parametrize("quantile", [None, 0.5, 0.95])
def test_three_times_as_slow_fails_and_a_little_slower_passes(quantile: float | None) -> None:
    dice = dice_of(3)
    source = [dice.lognormvariate(-1, 0.3) for _ in range(200)]
    assert timed(source, [3 * seconds for seconds in source], quantile).verdict == "fail"
    assert timed(source, [1.2 * seconds for seconds in source], quantile).verdict == "pass"


def test_a_slow_tail_is_seen_by_its_quantile_only() -> None:
    source = [0.1 + number / 1000 for number in range(200)]
    target = [*source[:170], *(seconds + 3 for seconds in source[170:])]
    assert timed(source, target).verdict == "pass"
    assert timed(source, target, 0.95).verdict == "fail"


def test_what_nobody_notices_is_no_reason_to_go_back() -> None:
    fast = [0.002] * 100
    assert timed(fast, [0.02] * 100).verdict == "pass"
    assert timed(fast, [0.2] * 100).verdict == "fail"
    assert timed(fast, fast).p == 1.0


def test_without_a_reference_the_tolerance_itself_is_tested() -> None:
    nothing = Counts(0, 0)
    assert judged(nothing, Counts(1000, 0)).verdict == "pass"
    assert judged(nothing, Counts(1000, 60)).verdict == "fail"
    assert judged(nothing, Counts(40, 1)).verdict == "inconclusive"


def test_worse_than_tolerated_but_by_chance_perhaps_needs_more() -> None:
    assert judged(Counts(500, 0), Counts(40, 1)).verdict == "inconclusive"
    assert judged(Counts(500, 0), Counts(400, 3)).verdict == "pass"
    assert judged(Counts(500, 0), Counts(400, 40)).verdict == "fail"


def test_all_looks_together_spend_no_more_than_alpha() -> None:
    looks = sum(alpha_while_watching(ALPHA, look) for look in range(1, 100_000))
    assert looks + sum(alpha_at_end(ALPHA, end) for end in (1, 2, 3)) <= ALPHA


def test_equal_sides_that_are_looked_at_again_and_again_still_rarely_fail() -> None:
    dice, times, failed = dice_of(13), 150, 0
    for _ in range(times):
        source, target = Counts(0, 0), Counts(0, 0)
        for look in range(1, 21):
            source, target = (side + Counts(20, sum(dice.random() < 0.3 for _ in range(20))) for side in (source, target))
            if judged(source, target, alpha_while_watching(0.05, look)).verdict == "fail":
                failed += 1
                break
        else:
            failed += judged(source, target, alpha_at_end(0.05, 1)).verdict == "fail"
    assert failed <= times * 0.05


def test_plain_limits_hold_for_every_side_that_is_named() -> None:
    assert limited({"source": 3.0, "target": 4.0}, above=4.0, below=None).verdict == "pass"
    assert limited({"source": 5.0, "target": 4.0}, above=4.0, below=None).verdict == "fail"
    assert limited({"target": 1.0}, above=None, below=2.0).verdict == "fail"
    assert limited({"target": None}, above=4.0, below=None).verdict == "inconclusive"


def test_one_side_is_held_against_the_other() -> None:
    assert compared(100.0, 110.0, 1.1).verdict == "pass"
    assert compared(100.0, 111.0, 1.1).verdict == "fail"
    assert compared(None, 1.0, 1.1).verdict == compared(1.0, None, 1.1).verdict == "inconclusive"


def test_one_fail_is_enough_and_a_doubt_is_no_pass() -> None:
    assert overall(["pass", "inconclusive", "fail"]) == "fail"
    assert overall(["pass", "inconclusive"]) == "inconclusive"
    assert overall(["pass", "pass"]) == overall([]) == "pass"
