"""The step that looks at the front door as a client does."""

from datetime import timedelta

from activities.front_door import healthy
from activities.step import Done, Step, Verdict, Waiting, Work
from adapters.records import Json
from plan.model import Plan

_IN_A_ROW = 5
"""Right answers in a row that count as served: with old answers still about, one in a row proves little."""


class VerifyTraffic(Step):
    """Ask the front door as clients do, several times; AWS is closed, so a right answer comes from Azure."""

    owner = "qa"
    instruction = "Ask {health} at the clients' address several times."
    expected = "Every answer is right; since AWS answers with maintenance only, each of them came from Azure."
    validation = "The clients' own address is asked, the way that clients go."
    rollback = "Nothing to restore: asking changes nothing."
    estimate = timedelta(minutes=1)

    def verify(self, work: Work, before: Json) -> Verdict:
        """All of them right."""
        seconds: list[float] = []
        for _ in range(_IN_A_ROW):
            answer, problem = healthy(work)
            if problem:
                return Waiting(f"the front door to answer well: {problem}")
            seconds.append(round(answer.seconds, 3))
        return Done({"seconds": seconds})

    def patience(self, plan: Plan) -> timedelta:
        """Customers are without the workload meanwhile."""
        return min(plan.timing.step_timeout, timedelta(minutes=5))
