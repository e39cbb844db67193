"""Breaks ports on purpose: the world that a rehearsal's steps see.

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
from rehearsal.permission import refusal
from rehearsal.untrue import contrary, in_place_of

SAID = "broken on purpose"
MEND = "Nothing to mend: a rehearsal asked for it."
Met = Callable[[str], None]
"""Is told which call was met, once a call."""


class Tally:
    """How often each fault of each run could have struck; for all threads of a process."""

    def __init__(self) -> None:
        self._lock, self._seen = Lock(), Counter[tuple[str, int]]()
        self.changed: set[str] = set()
        """Runs in which a change of the rehearsed step has come through."""

    def next(self, run: str, fault: int) -> int:
        """Count one more."""
        with self._lock:
            self._seen[run, fault] += 1
            return self._seen[run, fault]


_TALLY = Tally()


def wrap(world: World, plan: Plan, run: str, step: str, phase: str) -> World:
    """The world of a step of a rehearsal; of any other run as well, where nothing is broken.

    Raises:
        AdapterError: `invalid` when the plan does not permit rehearsals: an agent that breaks things carries no other run.
    """
    if why := refusal(plan):
        raise AdapterError("invalid", f"this agent is for rehearsals, and {why}", "Start the run at an agent without faults.")
    ledger = open_ledger()
    found = ledger.rehearsals.get(plan.workload, run)
    if found is None or found.lifted:
        return world
    faults = catalogue().mode(found.mode).inject

    def met(call: str) -> None:
        ledger.rehearsals.strike(plan.workload, run, f"{step} ({phase}): {call}")

    meant = [(number, one) for number, one in enumerate(faults) if one.phase == phase and (one.step or found.step) == step]
    return broken(world, run, meant, _TALLY, met) if meant else world


def broken(world: World, run: str, faults: list[tuple[int, Injection]], tally: Tally, met: Met) -> World:
    """The same world behind faults, each with its number among those of the run."""
    deed = _Deed(run, faults, tally, met)
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

    def __init__(self, run: str, faults: list[tuple[int, Injection]], tally: Tally, met: Met) -> None:
        self._run, self._faults, self._tally, self._met = run, faults, tally, met

    def pass_on(self, port: str, method: str, given: tuple[Any, ...], act: Callable[[], Any]) -> Any:
        for number, fault in self._faults:
            if (fault.after_change and self._run not in self._tally.changed) or not fault.meets(port, method, given):
                continue
            seen = self._tally.next(self._run, number)
            if seen < fault.nth or (fault.times is not None and seen >= fault.nth + fault.times):
                continue
            self._met(f"{port}.{method}")
            return self._strike(fault, f"{port}.{method}", act)
        answer = act()
        if is_change(method, given):
            self._tally.changed.add(self._run)
        return answer

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
