"""App settings that steps add and take away again.

Lives here: adding without overwriting, so that a failback can remove what was added and needs to remember no value.
"""

from adapters.errors import Conflict
from adapters.records import Json
from adapters.world import World
from plan.model import Plan


def present(world: World, names: list[str]) -> Json:
    """Which of the names are set already; values are not recorded, since they may be secret."""
    found = world.app.settings() if world.app.exists() else {}
    return {"present": sorted(name for name in names if name in found)}


def add(world: World, wanted: dict[str, str], before: Json) -> None:
    """Set what is missing; what was there before must have the wanted value.

    Raises:
        Conflict: a setting was there with another value.
    """
    found = world.app.settings()
    other = [name for name in before["present"] if name in wanted and name in found and found[name] != wanted[name]]
    if other:
        mend = "Set it to the plan's value in the template, or take it out of the plan."
        raise Conflict(f"app setting {', '.join(other)} exists with another value than the plan's", mend)
    world.app.change_settings(wanted, [])


def missing(world: World, wanted: dict[str, str]) -> list[str]:
    """Names that do not read back with the wanted value."""
    found = world.app.settings()
    return sorted(name for name, value in wanted.items() if found.get(name) != value)


def take_away(world: World, names: list[str], before: Json) -> None:
    """Remove those that were not there before."""
    added = [name for name in names if name not in before["present"]]
    if world.app.exists():
        world.app.change_settings({}, added)


def left_over(world: World, names: list[str], before: Json) -> list[str]:
    """Names that were added and are still there."""
    found = world.app.settings() if world.app.exists() else {}
    return sorted(name for name in names if name in found and name not in before["present"])


def switch(function: str) -> str:
    """The setting that disables a function."""
    return f"AzureWebJobs.{function}.Disabled"


def target_functions(plan: Plan) -> list[str]:
    """Every Azure function that takes over a trigger."""
    return sorted({name for mapping in plan.mapping for name in mapping.to})
