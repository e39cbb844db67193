"""Breaks ports on purpose, or changes the world behind a step's back: the world that a rehearsal's steps see.

Lives here: proxies around ports, and the count of what they met. Loaded only where the setting DAYZERO_WORLD_WRAPPER names
`rehearsal.faults:wrap`; no other module of the product imports it.
"""

import dataclasses
import time
from collections import Counter
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from adapters.errors import AdapterError
from adapters.world import World
from ledger.ledger import open_ledger
from plan.model import Plan
from rehearsal.catalogue import catalogue
from rehearsal.injection import Injection, is_change
from rehearsal.meddling import meddle
from rehearsal.permission import refusal
from rehearsal.untrue import contrary, in_place_of

SAID = "broken on purpose"
MEND = "Nothing to mend: a rehearsal asked for it."
Fault = tuple[str, Injection]
"""What a mode breaks, and which mode of the line it is; in that order they strike."""
Met = Callable[[str, str], None]
"""Is told which mode met which call, once a call."""


class Tally:
    """How often each fault of each line could have struck; for all threads of a process."""

    def __init__(self) -> None:
        self._lock, self._seen = Lock(), Counter[tuple[str, int]]()
        self.changed: set[str] = set()
        """Lines of which a change has come through."""

    def next(self, line: str, fault: int) -> int:
        """Count one more."""
        with self._lock:
            self._seen[line, fault] += 1
            return self._seen[line, fault]


_TALLY = Tally()


def wrap(world: World, plan: Plan, run: str, step: str, phase: str, line: int) -> World:
    """The world of a step or an act of a rehearsal; of any other run as well, where nothing is broken.

    Raises:
        AdapterError: `invalid` when the plan does not permit rehearsals: an agent that breaks things carries no other run.
    """
    if why := refusal(plan):
        raise AdapterError("invalid", f"this agent is for rehearsals, and {why}", "Start the run at an agent without faults.")
    ledger = open_ledger()
    found = ledger.rehearsals.get(plan.workload, run)
    if found is None or found.lifted:
        return world
    all_of_them = [(place, one) for place in found.cells for one in catalogue().mode(place[1]).inject]
    meant = [(place, one) for place, one in all_of_them if one.phase == phase and (one.step or place[0]) == step]
    places = {mode: (rehearsed, mode) for (rehearsed, mode), _ in meant}

    def met(mode: str, call: str) -> None:
        ledger.rehearsals.strike(run, places[mode], f"{step} ({phase}): {call}")

    faults = [(mode, one) for (_, mode), one in meant]
    return broken(world, f"{run} {step} {line} {phase}", faults, _TALLY, met) if faults else world


def broken(world: World, line: str, faults: list[Fault], tally: Tally, met: Met) -> World:
    """The same world behind faults.

    Args:
        world: what a step would see.
        line: of which run, and on which way; each line counts for itself.
        faults: in the order in which they strike.
        tally: what was counted so far.
        met: is told of each strike.
    """
    deed = _Deed(line, faults, tally, met, lambda fault: meddle(world, fault.deeds))
    ports = {field.name: _behind(field.name, getattr(world, field.name), deed) for field in dataclasses.fields(world)}
    return World(**ports)


def _behind(name: str, port: Any, deed: "_Deed") -> Any:
    if isinstance(port, Mapping):
        return {key: _Port(name, one, deed) for key, one in port.items()}
    return port if isinstance(port, list) else _Port(name, port, deed)


class _Port:
    def __init__(self, name: str, port: Any, deed: "_Deed") -> None:
        self._name, self._port, self._deed = name, port, deed

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._port, method)
        if not callable(found):
            return found

        def call(*given: Any, **named: Any) -> Any:
            return self._deed.pass_on(self._name, method, given, lambda: found(*given, **named))

        return call


class _Deed:
    """One activity: what is done through its ports, and what of it is broken."""

    def __init__(self, line: str, faults: list[Fault], tally: Tally, met: Met, by_hand: Callable[[Injection], None]) -> None:
        self._line, self._faults, self._tally, self._met, self._by_hand = line, faults, tally, met, by_hand

    def pass_on(self, port: str, method: str, given: tuple[Any, ...], act: Callable[[], Any]) -> Any:
        for number, (mode, fault) in enumerate(self._faults):
            if (fault.after_change and self._line not in self._tally.changed) or not fault.meets(port, method, given):
                continue
            seen = self._tally.next(self._line, number)
            if seen < fault.nth or (fault.times is not None and seen >= fault.nth + fault.times):
                continue
            if fault.kind == "meddle":
                return self._meddled(mode, fault, f"{port}.{method}", lambda: self._pass(method, given, act))
            self._met(mode, f"{port}.{method}")
            return self._strike(fault, f"{port}.{method}", act)
        return self._pass(method, given, act)

    def _pass(self, method: str, given: tuple[Any, ...], act: Callable[[], Any]) -> Any:
        answer = act()
        if is_change(method, given):
            self._tally.changed.add(self._line)
        return answer

    def _meddled(self, mode: str, fault: Injection, call: str, act: Callable[[], Any]) -> Any:
        """The call comes through; it counts as struck once the change by hand is made."""
        answer = act() if fault.when == "after" else None
        self._by_hand(fault)
        self._met(mode, call)
        return act() if fault.when == "before" else answer

    def _strike(self, fault: Injection, call: str, act: Callable[[], Any]) -> Any:
        match fault.kind:
            case "answer":
                truth = act()
                return contrary(truth) if fault.value is None else in_place_of(truth, fault.value)
            case "lost-answer":
                act()
            case "time-out":
                time.sleep(fault.seconds)
        raise AdapterError(fault.code, f"{call}: {SAID} ({fault.kind}, {fault.code})", MEND)
