"""The step that tells people that the window is open."""

from datetime import timedelta

from activities.step import Done, Step, Verdict, Waiting, Work
from adapters.records import Json
from plan.model import Plan


class Announce(Step):
    """Tell everybody concerned that the window is open."""

    owner = "lead"
    instruction = "Announce that {workload} is down for maintenance for at most {window}."
    expected = "Every address that the plan names for announcements has taken the message."
    validation = "Each address answered with a status below 300."
    rollback = "A message says that the maintenance has ended and the workload runs on AWS."
    break_glass = "The message is sent by the machine that runs the command; tell by hand whom only the agent reaches."
    estimate = timedelta(minutes=1)

    def do(self, work: Work, before: Json) -> Json:
        """Send the announcement."""
        return {"announced": _tell(work, "maintenance has begun")}

    def verify(self, work: Work, before: Json) -> Verdict:
        """Every address took it; one that did not is tried again."""
        silent = [url for url, status in work.did["announced"].items() if not 200 <= status < 300]
        if silent:
            return Waiting(
                "the announcement to be taken",
                {"announced": work.did["announced"] | _tell(work, "maintenance has begun", silent)},
            )
        return Done()

    def undo(self, work: Work, before: Json) -> Json:
        """Take the announcement back."""
        return {"announced": _tell(work, "maintenance has ended; the workload runs on AWS as before")}

    def patience(self, plan: Plan) -> timedelta:
        """A deaf webhook must not eat the window."""
        return timedelta(minutes=2)


def _tell(work: Work, text: str, urls: list[str] | None = None) -> dict[str, int]:
    body = {"run": work.run, "workload": work.plan.workload, "text": f"{work.plan.workload}: {text}"}
    return {url: work.world.web.ask("POST", url, body).status for url in (urls or work.plan.window.announce_to)}
