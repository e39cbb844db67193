"""The state of the source that a migration may change, in one JSON value, and its fingerprint.

Lives here: what belongs to it. Used by the steps that record it, compare it and prove that it came back.
"""

from collections.abc import Callable, Container
from typing import Any

from adapters.records import Json
from adapters.world import World
from ledger.values import digest
from plan.model import Plan

PARTS = ("functions", "mappings", "schedules", "front_doors", "buckets", "replication", "router")
"""Names of what belongs to it."""


def source_state(plan: Plan, world: World, parts: Container[str] = PARTS) -> Json:
    """Functions, event source mappings, schedules, front doors, bucket notifications and the router's records as they are.

    Args:
        plan: what moves.
        world: is asked.
        parts: names of those that are read.
    """
    functions = plan.source.functions
    triggers = [trigger for function in functions for trigger in function.triggers]
    read: dict[str, Callable[[], Json]] = {
        "functions": lambda: {function.name: world.functions.snapshot(function.name) for function in functions},
        "mappings": lambda: {function.name: world.mappings.snapshot(function.name) for function in functions},
        "schedules": lambda: {t.rule: world.schedules.snapshot(t.rule) for t in triggers if t.type == "schedule"},
        "front_doors": lambda: {t.api: world.front_door.snapshot(t.api) for t in triggers if t.type == "http"},
        "buckets": lambda: {t.bucket: world.bucket_events.snapshot(t.bucket) for t in triggers if t.type == "bucket"},
        "replication": lambda: {name: replication.snapshot() for name, replication in world.replications.items()},
        "router": world.router.snapshot,
    }
    return {part: read[part]() for part in PARTS if part in parts}


def fingerprint(state: Json) -> str:
    """SHA-256 over the whole state: equal when, and only when, the source is as it was."""
    return digest(state)


def differences(before: Any, found: Any, place: str = "") -> list[str]:
    """Places where two states differ, such as `schedules.orders-nightly.enabled: True -> False`."""
    if isinstance(before, dict) and isinstance(found, dict):
        keys = sorted(before.keys() | found.keys())
        return [line for key in keys for line in differences(before.get(key), found.get(key), f"{place}.{key}".lstrip("."))]
    return [] if before == found else [f"{place}: {before!r} -> {found!r}"]


def code_hashes(plan: Plan, world: World) -> dict[str, str]:
    """The code hash of every function that moves."""
    return {function.name: world.functions.code_hash(function.name) for function in plan.source.functions}
