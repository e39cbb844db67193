"""Sending a share of the clients to Azure, and waiting until they have followed.

Lives here: what the steps that move clients have in common. Never here: which share, and when.
"""

from datetime import timedelta

from activities.step import Done, Failed, Verdict, Waiting, Work
from adapters.records import Json


def send(work: Work, weight: int) -> Json:
    """Ask the router for that percentage; what `arrived` goes by."""
    work.world.router.set_weight(weight, work.plan.traffic.ttl)
    return {"weight": weight, "switched": work.now.isoformat()}


def arrived(work: Work, weight: int) -> Verdict:
    """The router says so, and answers that clients may still hold have run out."""
    found = work.world.router.weight()
    if found != weight:
        what = f"{found} % of clients are sent to Azure instead of {weight} %"
        return Failed(what, "Find who else changes the weights.", "drift")
    left = work.plan.traffic.ttl + work.plan.traffic.settle - work.since("switched")
    if left > timedelta():
        return Waiting("clients to drop their old answers")
    return Done({"weight": weight})
