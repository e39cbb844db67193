"""The step that sends a growing share of the clients to Azure, while both sides serve."""

from datetime import timedelta

from activities.routing import touched
from activities.step import Step, Verdict, Work
from activities.weights import arrived, back, send, take_back, waits
from adapters.records import Json
from plan.model import Plan


class ShiftTraffic(Step):
    """Let Azure serve a share of the clients, and AWS the others."""

    owner = "network"
    instruction = "Let {router} send {weight} % of clients to Azure, the rest to AWS."
    expected = "{weight} % of the clients are sent to Azure; answers that they may hold have run out ({ttl} and {dns_settle})."
    validation = (
        "The weights are read back once they are served; the time is waited; then 200 requests or look-ups of clients are "
        "tried, and as many must be sent to Azure as {weight} % leave to chance."
    )
    rollback = "All clients are sent back to where they were before the first shift, at once and not share by share."
    break_glass = "Resolvers are waited for by the clock of the machine that runs the command."
    estimate = timedelta(minutes=2)

    def snapshot(self, work: Work) -> Json:
        """The weight as it is; a share of clients may have been on Azure before the run."""
        return {"weight": work.world.router.weight()}

    def do(self, work: Work, before: Json) -> Json:
        """The share that this line asks for."""
        return send(work, int(work.arguments["weight"]))

    def verify(self, work: Work, before: Json) -> Verdict:
        """Read the weight, wait for resolvers, then look where clients are sent."""
        return arrived(work, int(work.arguments["weight"]))

    def undo(self, work: Work, before: Json) -> Json:
        """Where clients were before the first shift: a sick Azure is left in one go."""
        return take_back(work, self._first(work, before))

    def undone(self, work: Work, before: Json) -> Verdict:
        """Nobody is sent to Azure any more, but for those who were before."""
        return back(work, self._first(work, before))

    def touches(self, plan: Plan) -> tuple[str, ...]:
        """What the router is made of."""
        return touched(plan)

    def patience(self, plan: Plan) -> timedelta:
        """Following is waiting."""
        return waits(plan)

    def _first(self, work: Work, before: Json) -> int:
        return int(min(before["weight"], work.record.first_before(self.name)["weight"]))
