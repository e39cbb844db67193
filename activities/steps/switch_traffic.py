"""The step that sends clients to Azure."""

from datetime import timedelta

from activities.routing import touched
from activities.step import Step, Verdict, Work
from activities.weights import arrived, back, send, take_back, waits
from adapters.records import Json
from plan.model import Plan


class SwitchTraffic(Step):
    """Send every client to Azure. From here on Azure takes writes."""

    owner = "network"
    instruction = "Let {router} send 0 % of clients to AWS and 100 % to Azure."
    expected = "The router says 100 % Azure, and answers that clients may still hold have run out ({ttl} and {dns_settle})."
    validation = (
        "The weight is read back from the service that routes; the time is waited; then 200 requests or look-ups of clients "
        "are tried, and all of them must be sent to Azure."
    )
    rollback = "The old weight is restored; clients are back once {ttl} and {dns_settle} have passed."
    break_glass = "Resolvers are waited for by the clock of the machine that runs the command."
    estimate = timedelta(minutes=2)

    def snapshot(self, work: Work) -> Json:
        """The weight as it is."""
        return {"weight": work.world.router.weight()}

    def do(self, work: Work, before: Json) -> Json:
        """All to Azure."""
        return send(work, 100)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Read the weight, wait for clients, then look where they are sent."""
        return arrived(work, 100)

    def undo(self, work: Work, before: Json) -> Json:
        """Back to the old weight."""
        return take_back(work, before["weight"])

    def undone(self, work: Work, before: Json) -> Verdict:
        """Nobody is sent to Azure any more, but for those who were before."""
        return back(work, before["weight"])

    def touches(self, plan: Plan) -> tuple[str, ...]:
        """What the router is made of."""
        return touched(plan)

    def patience(self, plan: Plan) -> timedelta:
        """Following is waiting."""
        return waits(plan)
