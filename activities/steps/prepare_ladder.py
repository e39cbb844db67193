"""The step that puts the migrated app on the lowest rung: it works with the stores of AWS until it is led further."""

from dataclasses import asdict
from datetime import timedelta

from activities import app_settings
from activities.step import Done, Failed, Step, Verdict, Work
from adapters.errors import Conflict
from adapters.ladder import Place
from adapters.records import Json

_LOWEST = {"rung": "aws", "held": False, "producers": "aws", "schedules_from": ""}


class PrepareLadder(Step):
    """Make the ladder's table and let the app follow it, from the lowest rung on."""

    owner = "data"
    instruction = "Write rung aws into table {ladder} and set BRIDGE_LADDER and BRIDGE_TABLE on {app}."
    expected = "The ladder says rung aws: the app reads and writes the stores of AWS, enqueues there and leaves firings alone."
    validation = "The place on the ladder and the app settings are read back."
    rollback = "The settings that were added are removed, the place is taken away; the empty table stays."
    break_glass = "The ladder's table is written by the machine that runs the command: it needs a way to it."
    estimate = timedelta(minutes=1)

    def snapshot(self, work: Work) -> Json:
        """Settings that are there already; a place that somebody else holds is refused in `do`."""
        work.world.ladder.prepare()
        place = work.world.ladder.place()
        return {"place": _plain(place) if place else None, **app_settings.present(work.world, list(_settings(work)))}

    def do(self, work: Work, before: Json) -> Json:
        """The place first: an app that is told to follow and finds no place refuses to work."""
        if before["place"] not in (None, _LOWEST):
            what = f"the app stands on rung {before['place']['rung']} already: it follows another migration"
            raise Conflict(
                what, "Give the plan another state.ladder.table, or take the old ladder away once nobody follows it."
            )
        work.world.ladder.change(**_LOWEST)
        app_settings.add(work.world, _settings(work), before)
        return {}

    def verify(self, work: Work, before: Json) -> Verdict:
        """Read both back."""
        place, missing = work.world.ladder.place(), app_settings.missing(work.world, _settings(work))
        if missing or place is None or _plain(place) != _LOWEST:
            return Failed(f"settings {missing} or the place {place} are not as set", "Find who else changes them.", "drift")
        return Done({"rung": place.rung})

    def undo(self, work: Work, before: Json) -> Json:
        """Settings first, so that nobody follows a place that is gone."""
        app_settings.take_away(work.world, list(_settings(work)), before)
        if before["place"] is None:
            work.world.ladder.remove()
        else:
            work.world.ladder.change(**before["place"])
        return {}

    def undone(self, work: Work, before: Json) -> Verdict:
        """Read both back."""
        left, place = app_settings.left_over(work.world, list(_settings(work)), before), work.world.ladder.place()
        if left or (_plain(place) if place else None) != before["place"]:
            return Failed(f"settings {left} or the place {place} are left over", "Remove them by hand, then retry.")
        return Done()


def _plain(place: Place) -> Json:
    return {name: value for name, value in asdict(place).items() if name in _LOWEST}


def _settings(work: Work) -> dict[str, str]:
    ladder, source = work.plan.state.ladder, work.plan.source
    if ladder is None:  # the plan's rules ask for it
        return {}
    found = {"BRIDGE_LADDER": ladder.endpoint, "BRIDGE_TABLE": ladder.table, "BRIDGE_REGION": source.region}
    if ladder.role_arn:
        found |= {"BRIDGE_ROLE_ARN": ladder.role_arn, "BRIDGE_AUDIENCE": source.web_identity_audience}
    return found
