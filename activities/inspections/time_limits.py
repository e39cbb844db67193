"""Work that takes longer than Azure lets it take.

Source: "Azure Functions hosting options", the section on time-outs; the load balancer's limit stands there, too.
"""

from collections.abc import Iterator
from datetime import timedelta

from activities.inspections.facts import Facts
from activities.inspections.finding import Found
from activities.inspections.hosting import DEFAULT_RUN, LONGEST_RUN, span
from adapters.errors import AdapterError

_ANSWER = 230.0
"""Seconds after which the load balancer before every function app ends an answer."""
_ASK_LATER = "Let it answer 202 at once and go on in Durable Functions, or make it shorter."


def answer_cut_off(facts: Facts, function: str) -> Iterator[Found]:
    """A function behind HTTP that runs for longer than any answer may take."""
    allowed = int(facts.function(function)["timeout_seconds"])
    if allowed <= _ANSWER:
        return
    longest = facts.longest(function)
    limit = f"on Azure an HTTP answer ends after {_ANSWER:.0f} s while the work goes on"
    if longest is not None and longest > _ANSWER:
        yield Found("refuse", f"function {function} ran for up to {longest:.0f} s within two weeks; {limit}", _ASK_LATER)
    else:
        yield Found("warn", f"function {function} may run for {allowed} s ({_measured(longest)}); {limit}", _ASK_LATER)


def run_cut_off(facts: Facts, function: str) -> Iterator[Found]:
    """A function that runs for longer than its host lets it run."""
    allowed = int(facts.function(function)["timeout_seconds"])
    limit, why, sure = _run_limit(facts)
    if limit is None or allowed <= limit.total_seconds():
        return
    longest = facts.longest(function)
    ends = f"on Azure a run is ended after {limit.total_seconds():.0f} s ({why})"
    mend = "Set functionTimeout in host.json, choose a hosting plan that allows it, or cut the work into pieces."
    if longest is not None and longest > limit.total_seconds():
        yield Found(
            "refuse" if sure else "warn", f"function {function} ran for up to {longest:.0f} s within two weeks; {ends}", mend
        )
    else:
        yield Found("warn", f"function {function} may run for {allowed} s ({_measured(longest)}); {ends}", mend)


def _run_limit(facts: Facts) -> tuple[timedelta | None, str, bool]:
    """How long a run may last, None for without end; who says so; and whether that is sure."""
    tier, said = facts.tier(), facts.host("functionTimeout")
    if said is None and tier is None:
        return DEFAULT_RUN["consumption"], "if the app is on a Consumption plan, which cannot be told", False
    if said is None and tier is not None:
        return DEFAULT_RUN[tier], f"the default of the {tier} plan", True
    try:
        given = span(said)
    except ValueError as error:
        raise AdapterError("invalid", f"functionTimeout in host.json: {error}", "Write it like 00:30:00.") from error
    most = LONGEST_RUN.get(tier) if tier else None
    if most is not None and (given is None or given > most):
        return most, f"the most that the {tier} plan allows", True
    return given, "functionTimeout in host.json", True


def _measured(longest: float | None) -> str:
    return "not measured within two weeks" if longest is None else f"it took {longest:.0f} s at most within two weeks"
