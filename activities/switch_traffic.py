"""The step that sends clients to Azure."""

from datetime import timedelta

from activities.step import Done, Failed, Step, Verdict, Waiting, Work
from adapters.records import Json


class SwitchTraffic(Step):
    """Send every client to Azure. From here on Azure takes writes."""

    owner = "network"
    instruction = "Set the weight of {record} to 0 for AWS and 100 for Azure."
    expected = "The records say 100 % Azure, and answers that resolvers may still hold have run out ({ttl} and {dns_settle})."
    validation = "The records are read back once they are INSYNC; the time is waited."
    rollback = "The old weights are restored; clients are back once {ttl} and {dns_settle} have passed."
    break_glass = "Resolvers are waited for by the clock of the machine that runs the command."
    estimate = timedelta(minutes=2)

    def snapshot(self, work: Work) -> Json:
        """The weight as it is."""
        return {"weight": work.world.router.weight()}

    def do(self, work: Work, before: Json) -> Json:
        """All to Azure."""
        return _set(work, 100)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Read the weight, then wait for resolvers."""
        return _settled(work, 100)

    def undo(self, work: Work, before: Json) -> Json:
        """Back to the old weight."""
        return _set(work, before["weight"])

    def undone(self, work: Work, before: Json) -> Verdict:
        """Nobody is sent to Azure any more, but for those who were before."""
        return _settled(work, before["weight"])


def _set(work: Work, weight: int) -> Json:
    work.world.router.set_weight(weight, work.plan.traffic.ttl)
    return {"weight": weight, "switched": work.now.isoformat()}


def _settled(work: Work, weight: int) -> Verdict:
    found = work.world.router.weight()
    if found != weight:
        return Failed(
            f"{found} % of clients are sent to Azure instead of {weight} %", "Find who else changes the records.", "drift"
        )
    left = work.plan.traffic.ttl + work.plan.traffic.settle - work.since("switched")
    if left > timedelta():
        return Waiting("resolvers to drop their old answers")
    return Done({"weight": weight})
