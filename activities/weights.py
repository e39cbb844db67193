"""Sending a share of the clients to Azure, and waiting until they are seen to have followed.

Lives here: what the steps that move clients have in common. Never here: which share, and when; how a router is observed.
"""

from dataclasses import asdict
from datetime import timedelta

from activities.judging import agreement
from activities.step import Done, Failed, Verdict, Waiting, Work
from adapters.errors import AdapterError
from adapters.records import Json
from plan.model import Plan

SAMPLES = 200
"""Clients that a router is observed with: enough that a share that is off by 20 points is missed once in a thousand times."""
ALPHA = 0.01
"""How seldom chance may make a right split look wrong. It is looked at again then, so that a right one hardly ever fails."""


def send(work: Work, weight: int) -> Json:
    """Ask the router for that percentage; what `arrived` goes by."""
    work.world.router.set_weight(weight, work.plan.traffic.ttl)
    return {"weight": weight, "switched": work.now.isoformat()}


def take_back(work: Work, weight: int) -> Json:
    """The old weight again. If everything before it is undone already, the router is as it was: its lifetimes, too."""
    if work.record.undone("prepare_dns"):
        work.world.router.restore(work.record.before("prepare_dns")["router"])
        return {"weight": weight, "switched": work.now.isoformat()}
    return send(work, weight)


def arrived(work: Work, weight: int) -> Verdict:
    """The router says so, answers that clients may still hold have run out, and clients are seen to be sent like that."""
    return _at(work, weight) or seen(work, weight, _old_answers(work.plan))


def back(work: Work, weight: int) -> Verdict:
    """As `arrived`; but where nobody can look, a way back does not depend on it: the time that was waited has to do."""
    found = _at(work, weight)
    if found:
        return found
    try:
        return seen(work, weight, _old_answers(work.plan))
    except AdapterError as error:
        return Done({"weight": weight, "observed": {"asked": 0, "how": error.message}})


def seen(work: Work, weight: int, after: timedelta = timedelta(), since: str = "switched") -> Verdict:
    """Whether the router is seen to send that percentage of clients, by an exact binomial test of what it did with `SAMPLES`.

    Args:
        work: `did` holds the moment of the change.
        weight: percentage.
        after: for how long clients may differ without being wrong; `traffic.follow` counts from its end.
        since: key of that moment.
    """
    split = work.world.router.observed(SAMPLES)
    observed = asdict(split)
    evidence: Json = {"weight": weight, "observed": observed}
    if not split.asked:
        return Done(evidence)
    chance = agreement(split.target, split.asked, weight / 100)
    observed["chance"] = round(chance, 4)
    if chance >= ALPHA:
        return Done(evidence)
    told = f"{split.target} of {split.asked} clients are sent to Azure, where {weight} % should be ({split.how})"
    if work.since(since) > after + work.plan.traffic.follow:
        mend = "Look at the health checks of the router, and at who else changes it; then retry."
        return Failed(told, mend, "not-followed", evidence)
    return Waiting(f"clients to be sent as the router was told: {told}", work.did | {"observed": observed})


def waits(plan: Plan) -> timedelta:
    """How long a step may need that moves clients."""
    return _old_answers(plan) + plan.traffic.follow + plan.timing.step_timeout


def _at(work: Work, weight: int) -> Verdict | None:
    """What speaks against looking at clients yet."""
    found = work.world.router.weight()
    if found != weight:
        what = f"{found} % of clients are sent to Azure instead of {weight} %"
        return Failed(what, "Find who else changes the weights.", "drift")
    if work.since("switched") < _old_answers(work.plan):
        return Waiting("clients to drop their old answers")
    return None


def _old_answers(plan: Plan) -> timedelta:
    return plan.traffic.ttl + plan.traffic.settle
