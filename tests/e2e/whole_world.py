"""Reads the whole world of a plan, so that two readings can be compared. Never here: what may differ."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from activities.source_state import differences, source_state
from adapters.errors import AdapterError
from adapters.world import World
from plan.model import Plan

Json = dict[str, Any]
PAUSE = 0.3


def read_world(plan: Plan, world: World) -> Json:
    """Everything that a step may change, values of settings hashed; what cannot be read says why."""
    return {
        "source": source_state(plan, world),
        "app": _app(world),
        "package": _or_why(world.package.current),
        "stores": {name: dict(zip(("source", "target"), store.count(), strict=True)) for name, store in world.stores.items()},
        "replications": {name: one.snapshot() for name, one in world.replications.items()},
        "queues": {name: _queues(world, name) for name in world.movers},
        "secrets": {
            it.target_name: _or_why(partial(world.secrets.target_versions, it.target_vault, it.target_name))
            for it in plan.secrets
        },
        "resources": {resource.lower(): "there" for resource in world.infrastructure.resources()},
        "ladder": _place(world) if plan.state.ladder else None,
    }


def settled(plan: Plan, world: World, moving: tuple[str, ...] = (), seconds: float = 20.0) -> Json:
    """The world once two readings in a row are the same, but for what moves: hosts start and stop after they were told to."""
    deadline, last = time.monotonic() + seconds, read_world(plan, world)
    while True:
        time.sleep(PAUSE)
        found = read_world(plan, world)
        restless = [place for place in differences(last, found) if not place.startswith(moving)]
        if not restless:
            return found
        assert time.monotonic() < deadline, f"the world does not come to rest: {restless}"
        last = found


def changes(before: Json, plan: Plan, world: World, allowed: tuple[str, ...] = (), seconds: float = 20.0) -> list[str]:
    """Places where the world still differs after a while, but for those that begin with what is allowed."""
    deadline = time.monotonic() + seconds
    while True:
        changed = [place for place in differences(before, read_world(plan, world)) if not place.startswith(allowed)]
        if not changed or time.monotonic() >= deadline:
            return changed
        time.sleep(PAUSE)


def _app(world: World) -> Json:
    app, there = world.app, world.app.exists()
    settings, functions = (app.settings(), app.functions()) if there else ({}, [])
    return {
        "exists": there,
        "running": there and app.running(),
        "settings": {name: hashlib.sha256(value.encode()).hexdigest()[:12] for name, value in settings.items()},
        "functions": {one.name: {"trigger": one.trigger, "disabled": one.disabled} for one in functions},
        "domains": app.bound_domains() if there else [],
    }


def _place(world: World) -> Json | None:
    """Where the app has to stand; not the number of changes, which only grows, nor when."""
    place = world.ladder.place()
    return {name: value for name, value in asdict(place).items() if name not in {"number", "changed"}} if place else None


def _queues(world: World, name: str) -> Json:
    mover = world.movers[name]
    return {"source": asdict(mover.source_depth()), "target": asdict(mover.target_depth())}


def _or_why(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except AdapterError as error:
        return error.code
