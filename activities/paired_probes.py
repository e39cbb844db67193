"""The agent's own prober: asks both sides the same at the same time, so that what differs comes from the sides.

Lives here: which requests are asked, in which order, and what came of them. Never here: a judgement.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from activities import probing
from activities.sides import source_url, target_url
from activities.step import Work
from plan.checks import Checks, Probe

_SAFE = {"GET", "HEAD"}


@dataclass(frozen=True)
class Answered:
    """One side's answer: seconds it took, and what was wrong with it, if anything."""

    seconds: float
    problem: str | None


@dataclass(frozen=True)
class Pair:
    """The answers of both sides to the same request."""

    source: Answered
    target: Answered


def probes(checks: Checks) -> list[Probe]:
    """The health check and the safe requests of the validation, but for those that speak of what the validation created."""
    safe = [probe for probe in checks.validation if probe.method in _SAFE]
    return [checks.health, *(probe for probe in safe if "{run}" not in probe.path + repr(probe.expect))]


def ask(work: Work, first: int, count: int) -> list[Pair]:
    """That many pairs, a few at a time; which side is asked first alternates, so that a warm cache helps both alike.

    Args:
        work: its plan's probes are asked once each, without waiting for a better answer.
        first: how many pairs were asked before; the probes take turns.
        count: pairs, at least 1.
    """
    sides, known = (source_url(work), target_url(work)), probes(work.plan.checks)

    def pair(number: int) -> Pair:
        probe, turned = known[number % len(known)], (number // len(known)) % 2 == 1
        found = {url: _answered(work, url, probe) for url in (reversed(sides) if turned else sides)}
        return Pair(found[sides[0]], found[sides[1]])

    with ThreadPoolExecutor(min(count, work.plan.checks.metrics.pairs)) as pool:
        return list(pool.map(pair, range(first, first + count)))


def in_a_row(pairs: Iterable[Pair], before: int) -> tuple[int, str]:
    """How often the target alone was wrong at last without a right answer between, and what was wrong last.

    Args:
        pairs: in order.
        before: how often already. What both sides get wrong says nothing about the target.
    """
    count, problem = before, ""
    for pair in pairs:
        if pair.target.problem is None:
            count = 0
        elif pair.source.problem is None:
            count, problem = count + 1, pair.target.problem
    return count, problem


def _answered(work: Work, url: str, probe: Probe) -> Answered:
    answer = work.world.web.ask(probe.method, url + probe.path)
    return Answered(round(answer.seconds, 4), probing.wrong(answer, probe, work.run))
