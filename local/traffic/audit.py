"""The audit: every acknowledged order is read once more and compared with what was promised.

Lives here: the final reading and its totals. Never here: live traffic.
"""

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from local.traffic.client import Client, Reply, whole_order
from local.traffic.memory import Findings, Known, Memory, broken_promise

READERS = 8
PAUSE_SECONDS = 0.5
KINDS = ("lost", "changed", "outdated", "processed_twice", "unprocessed", "resurrected", "unreadable")
"""Breaches of promise: 404 though never deleted; content, signature or note differs; an older version than acknowledged;
processed more than once; never processed; there though deleted; no proper answer in time."""


async def audit(client: Client, memory: Memory, *, settle_seconds: float) -> dict[str, Any]:
    """Read until every order is processed and every read answered, or the time is over; then judge the last answers.

    Returns:
        A count for each of `KINDS`, `audited` orders in all, and `examples` with ids of each kind.
    """
    deadline = time.monotonic() + settle_seconds
    answers: dict[str, Reply] = {}
    open_ids = [*memory.orders, *memory.unknown]
    async with client:
        while open_ids:
            answers |= await _read(client, open_ids)
            open_ids = [name for name in open_ids if _unsettled(memory.orders.get(name), answers[name])]
            if not open_ids or time.monotonic() > deadline:
                break
            await asyncio.sleep(PAUSE_SECONDS)
        # once more, so that a second processing that came late is seen too
        answers |= await _read(client, [name for name in answers if name not in open_ids])
    return _judged(memory, answers)


async def _read(client: Client, names: Iterable[str]) -> dict[str, Reply]:
    places = asyncio.Semaphore(READERS)

    async def one(name: str) -> tuple[str, Reply]:
        async with places:
            return name, whole_order(await client.call("GET", f"/orders/{name}"))

    return dict(await asyncio.gather(*(one(name) for name in names)))


def _unsettled(known: Known | None, reply: Reply) -> bool:
    if reply.status == "404":
        return False
    if not reply.good:
        return True
    return known is not None and not known.gone and reply.body["processings"] == 0


def _judged(memory: Memory, answers: dict[str, Reply]) -> dict[str, Any]:
    findings = Findings()
    for name, reply in answers.items():
        for breach in _breaches(memory.orders.get(name), reply):
            findings.add(breach, f"{name} ({reply.status})" if breach == "unreadable" else name)
    return {kind: findings.counts[kind] for kind in KINDS} | {"audited": len(answers), "examples": findings.examples}


def _breaches(known: Known | None, reply: Reply) -> list[str]:
    """Of one order; None stands for a create whose outcome the client never learnt: it may be there or not, but not twice."""
    if not reply.good and reply.status != "404":
        return ["unreadable"]
    if not reply.good:
        return ["lost"] if known is not None and not known.gone else []
    breaches = ["processed_twice"] if reply.body["processings"] > 1 else []
    if known is None or known.gone == "unknown":
        return breaches
    if known.gone == "deleted":
        return ["resurrected"]
    if reply.body["processings"] == 0:
        breaches.append("unprocessed")
    if breach := broken_promise(known, known.version, known.note, reply.body):
        breaches.append({"stale": "outdated"}.get(breach, breach))
    return breaches
