"""The step that proves the target's network paths."""

from datetime import timedelta

from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Json


class PrepareNetwork(Step):
    """Check the paths that the template made: partners must accept requests that come from Azure."""

    owner = "network"
    instruction = "Ask each partner ({partners}) from Azure; have the app's outbound addresses put on allow-lists that refuse."
    expected = "Every partner answers a request from Azure."
    validation = "Each address is asked by the agent; an answer other than 403 and below 500 counts."
    rollback = "Nothing to restore: the network is made by the template and goes with it."
    estimate = timedelta(minutes=2)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Ask every partner."""
        answers = {url: work.world.web.ask("GET", url).status for url in work.plan.target.outbound_probes}
        refused = {url: status for url, status in answers.items() if status == 403 or not 0 < status < 500}
        if refused:
            return Failed(
                f"partners that do not accept Azure: {refused}", "Put the app's outbound addresses on their allow-lists."
            )
        return Done({"partners": answers})
