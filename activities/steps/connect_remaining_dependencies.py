"""The step that connects the target with what stays in AWS."""

from datetime import timedelta

from activities import app_settings
from activities.step import Done, Failed, Step, Verdict, Work
from adapters.records import Json


class ConnectRemainingDependencies(Step):
    """Give the target what it needs to reach the dependencies that stay in AWS."""

    owner = "azure"
    instruction = "Set the app settings for {dependencies} on {app} and ask each of them for an answer."
    expected = "Every dependency that stays in AWS answers, and {app} has the settings for it."
    validation = "Each address is asked (an answer below 500), each setting is read back."
    rollback = "The settings that were added are removed."
    estimate = timedelta(minutes=2)

    def snapshot(self, work: Work) -> Json:
        """Which settings are there already."""
        return app_settings.present(work.world, list(_settings(work)))

    def do(self, work: Work, before: Json) -> Json:
        """Add the settings."""
        app_settings.add(work.world, _settings(work), before)
        return {}

    def verify(self, work: Work, before: Json) -> Verdict:
        """Read the settings back and ask the dependencies."""
        missing = app_settings.missing(work.world, _settings(work))
        answers = {it.name: work.world.web.ask("GET", it.url) for it in work.plan.target.dependencies_in_aws}
        silent = [name for name, answer in answers.items() if not 0 < answer.status < 500]
        if missing or silent:
            what = f"settings that do not read back: {missing}; dependencies that do not answer: {silent}"
            return Failed(what, "Check the network path and the credentials of these dependencies.")
        return Done({"answered": {name: answer.status for name, answer in answers.items()}})

    def undo(self, work: Work, before: Json) -> Json:
        """Remove what was added."""
        app_settings.take_away(work.world, list(_settings(work)), before)
        return {}

    def undone(self, work: Work, before: Json) -> Verdict:
        """No added setting is left."""
        left = app_settings.left_over(work.world, list(_settings(work)), before)
        return Failed(f"settings {left} are still there", "Remove them by hand.") if left else Done()


def _settings(work: Work) -> dict[str, str]:
    return {name: value for it in work.plan.target.dependencies_in_aws for name, value in it.settings.items()}
