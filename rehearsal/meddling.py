"""Changes by another hand: what a colleague does to the world while a run goes on.

Lives here: doing it, through the same ports as the run, past every fault. Never here: when (faults.py), what (catalogue.yaml).
"""

from typing import Any

from adapters.world import World
from rehearsal.injection import Deed, Look


def meddle(world: World, deeds: list[Deed]) -> None:
    """Make the changes, one after the other.

    Raises:
        AdapterError: a change by hand was refused; nothing is proved then.
    """
    for deed in deeds:
        for first in _found(world, deed.each) if deed.each else [[]]:
            _call(world, deed.call, [*first, *deed.given])


def _found(world: World, look: Look) -> list[list[Any]]:
    return [[record[look.field]] for record in _call(world, look.call, look.given)]


def _call(world: World, call: str, given: list[Any]) -> Any:
    port, method = call.split(".")
    return getattr(getattr(world, port), method)(*given)
