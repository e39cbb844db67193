"""The judgement of two sides, from numbers alone: is the target worse than the source by more than is tolerated?

Lives here: the tests and what counts as how sure. Never here: where numbers come from, the plan's model.

Every verdict follows one pattern. `fail`: the target is worse, significantly, and by more than is tolerated. `pass`: there is
enough to see, and what is seen is within the tolerance. `inconclusive`: too little to see, or worse than tolerated but not
significantly, so more has to be seen.

Scipy is imported where it is used: a start of the agent must not wait for it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["pass", "fail", "inconclusive"]


@dataclass(frozen=True)
class Counts:
    """So many of them, so many bad."""

    total: int
    bad: int

    @property
    def rate(self) -> float:
        """Share of the bad ones; 0 of nothing."""
        return self.bad / self.total if self.total else 0.0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.total + other.total, self.bad + other.bad)


@dataclass(frozen=True)
class Judgement:
    """A verdict, why, and the chance of seeing this if the target were no worse (None where no test was made)."""

    verdict: Verdict
    why: str
    p: float | None = None


def alpha_while_watching(alpha: float, look: int) -> float:
    """What one of many looks may spend of `alpha`, so that all looks together, however many, spend an eighth of it.

    Looking often and stopping at the first significant difference would find one between equal sides sooner or later. The
    series 1/(k (k + 1)) adds up to 1.

    Args:
        alpha: for all looks of a bake.
        look: number of this look, from 1.
    """
    return alpha / 8 / (look * (look + 1))


def alpha_at_end(alpha: float, end: int) -> float:
    """What the judgement at the end of a bake may spend: a half, a quarter and an eighth of `alpha` when it is lengthened.

    Args:
        alpha: for all looks of a bake.
        end: 1 at the end of the plan's time, 2 and 3 after it was lengthened.
    """
    return float(alpha / 2**end)


def errors(source: Counts, target: Counts, above: float, alpha: float, minimum: int) -> Judgement:
    """Whether the target's share of bad ones is above the source's by more than `above`.

    Fisher's exact test of the two sides; without any reference of the source, the exact binomial test against `above` itself.
    """
    if target.total < minimum:
        return Judgement("inconclusive", f"{target.total} of at least {minimum} requests seen on the target")
    if 0 < source.total < minimum:
        return Judgement("inconclusive", f"{source.total} of at least {minimum} requests seen on the source")
    from scipy import stats

    if source.total:
        table = [[target.bad, target.total - target.bad], [source.bad, source.total - source.bad]]
        p = float(stats.fisher_exact(table, alternative="greater").pvalue)
    else:
        p = float(stats.binomtest(target.bad, target.total, above, alternative="greater").pvalue)
    what = f"{target.rate:.2%} of {target.total} on the target, {source.rate:.2%} of {source.total} on the source"
    return _judged(target.rate - source.rate <= above, p, alpha, what)


def slower(
    source: Sequence[float],
    target: Sequence[float],
    *,
    ratio: float,
    slack: float,
    quantile: float | None,
    alpha: float,
    minimum: int,
) -> Judgement:
    """Whether the target takes longer than the source by more than `ratio` times and `slack` seconds.

    What is tolerated is put on the source's side of the test: each of its durations is raised to the longest one that would
    be tolerated beside it. On the whole: Mann-Whitney U, one-sided. For a quantile: Mood's test, that is Fisher's exact test of
    how many of each sample lie above that quantile of both together.

    Args:
        source: seconds, one a probe.
        target: seconds, one a probe.
        ratio: tolerated, times.
        slack: tolerated, seconds.
        quantile: between 0 and 1; None: on the whole.
        alpha: what this judgement may spend.
        minimum: of each sample.
    """
    few = [f"{len(sample)} on the {side}" for side, sample in (("source", source), ("target", target)) if len(sample) < minimum]
    if few:
        return Judgement("inconclusive", f"of at least {minimum} durations only {' and '.join(few)}")
    import numpy
    from scipy import stats

    allowed = [max(seconds * ratio, seconds + slack) for seconds in source]
    at = 0.5 if quantile is None else quantile
    if quantile is None:
        p = float(stats.mannwhitneyu(target, allowed, alternative="greater").pvalue)
    else:
        border = float(numpy.quantile([*target, *allowed], quantile))
        over = [sum(seconds > border for seconds in sample) for sample in (target, allowed)]
        table = [[over[0], len(target) - over[0]], [over[1], len(allowed) - over[1]]]
        p = float(stats.fisher_exact(table, alternative="greater").pvalue)
    ours, theirs, most = (float(numpy.quantile(sample, at)) for sample in (target, source, allowed))
    name = "median" if at == 0.5 else f"quantile {at:g}"
    return _judged(ours <= most, p, alpha, f"{name} {ours:.3f} s on the target, {theirs:.3f} s on the source")


def agreement(target: int, asked: int, share: float) -> float:
    """The chance that a router which sends clients with this share shows what was seen, or what is as unlikely.

    The exact binomial test, two-sided. A share of 0 or 1 leaves nothing to chance: one client elsewhere makes it 0.

    Args:
        target: clients that were sent to the target.
        asked: of so many, at least 1, one independent of the other.
        share: between 0 and 1.
    """
    from scipy import stats

    return float(stats.binomtest(target, asked, share).pvalue)


def limited(values: dict[str, float | None], above: float | None, below: float | None) -> Judgement:
    """Whether every side's value lies within plain limits; no value on any side is inconclusive."""
    seen = {side: value for side, value in values.items() if value is not None}
    if not seen:
        return Judgement("inconclusive", "no value yet")
    told = ", ".join(f"{value:g} on the {side}" for side, value in seen.items())
    out = [value for value in seen.values() if (above is not None and value > above) or (below is not None and value < below)]
    return Judgement("fail" if out else "pass", told)


def compared(source: float | None, target: float | None, ratio: float) -> Judgement:
    """Whether the target's value is at most `ratio` times the source's; a missing value is inconclusive."""
    if source is None or target is None:
        return Judgement("inconclusive", f"no value yet on the {'source' if source is None else 'target'}")
    return Judgement("fail" if target > ratio * source else "pass", f"{target:g} on the target, {source:g} on the source")


def overall(verdicts: Sequence[Verdict]) -> Verdict:
    """One fail is a fail; else one inconclusive is inconclusive; nothing to judge by is a pass."""
    return "fail" if "fail" in verdicts else "inconclusive" if "inconclusive" in verdicts else "pass"


def _judged(within: bool, p: float, alpha: float, what: str) -> Judgement:
    p = 1.0 if math.isnan(p) else p  # all values are the same: there is nothing to rank
    if within:
        return Judgement("pass", what, p)
    return Judgement("fail" if p < alpha else "inconclusive", what, p)
