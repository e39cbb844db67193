"""What one client does: create, read, list, update or delete, and what it makes of the answer.

Lives here: the five requests and the judgement of each answer. Never here: pace, HTTP, totals.
"""

import random
import secrets
from dataclasses import dataclass, field
from typing import Any

from local.traffic.client import Client, Reply, whole_order
from local.traffic.content import new_order
from local.traffic.counters import Counters
from local.traffic.memory import Findings, Known, Memory, broken_promise

CREATES, UPDATES, DELETES, LISTS = 0.30, 0.06, 0.03, 0.08  # the rest are reads


@dataclass(frozen=True, slots=True)
class Books:
    """Everything that clients write down."""

    memory: Memory = field(default_factory=Memory)
    counters: Counters = field(default_factory=Counters)
    findings: Findings = field(default_factory=Findings)


class Behaviour:
    """Sends requests and keeps the books. `max_orders` bounds the memory: beyond it creates become reads."""

    def __init__(self, client: Client, books: Books, *, seed: int, max_orders: int) -> None:
        self._client = client
        self._memory, self._counters, self._findings = books.memory, books.counters, books.findings
        self._chance = random.Random(seed)  # noqa: S311  # repeatable on purpose
        self._run, self._made, self._max_orders = secrets.token_hex(4), 0, max_orders

    async def once(self) -> None:
        """One request, chosen by chance."""
        chance = self._chance.random()
        wants_change = CREATES <= chance < CREATES + UPDATES + DELETES
        known = self._memory.pick(self._chance, idle=wants_change)
        if (chance < CREATES or known is None) and self._made < self._max_orders:
            await self._create()
        elif known is None or chance >= 1 - LISTS:
            await self._list()
        elif not wants_change:
            await self._read(known)
        elif chance < CREATES + UPDATES:
            await self._update(known)
        else:
            await self._delete(known)

    async def _call(self, method: str, path: str, body: Any = None) -> Reply:
        self._counters.sending()
        return await self._client.call(method, path, body)

    async def _call_for_order(self, method: str, path: str, body: Any = None) -> Reply:
        return whole_order(await self._call(method, path, body))

    async def _create(self) -> None:
        self._made += 1
        order = new_order(f"{self._run}-{self._made:06d}", self._chance)
        reply = await self._call_for_order("POST", "/orders", order)
        self._counters.answered(reply, good=reply.good)
        if reply.good:
            self._memory.acknowledge(reply.body)
        else:
            self._memory.unknown.append(order["id"])

    async def _read(self, known: Known) -> None:
        version, note = known.version, known.note
        reply = await self._call_for_order("GET", f"/orders/{known.id}")
        if known.gone:  # a delete left meanwhile: found and not found are both right
            self._counters.answered(reply, good=reply.good or reply.status == "404")
            return
        self._counters.answered(reply, good=reply.good)
        if reply.good:
            self._judge(known, version, note, reply.body)
        elif reply.status == "404":
            self._findings.add("stale_reads", known.id)

    async def _list(self) -> None:
        reply = await self._call("GET", "/orders?limit=10")
        self._counters.answered(reply, good=reply.good)

    async def _update(self, known: Known) -> None:
        known.busy, version = True, known.version
        note = f"changed {self._chance.randint(0, 10**9)}"
        known.offered.append(note)
        reply = await self._call_for_order("PUT", f"/orders/{known.id}", {"note": note})
        self._counters.answered(reply, good=reply.good)
        if reply.good:
            self._judge(known, version + 1, note, reply.body)
            known.version, known.note = max(version, reply.body["version"]), note
        elif reply.status == "404":
            self._findings.add("stale_reads", known.id)
        known.busy = False

    async def _delete(self, known: Known) -> None:
        known.busy, known.gone = True, "unknown"
        reply = await self._call("DELETE", f"/orders/{known.id}")
        self._counters.answered(reply, good=reply.good)
        if reply.good:
            known.gone = "deleted"
        elif reply.status == "404":
            self._findings.add("stale_reads", known.id)

    def _judge(self, known: Known, version: int, note: str, found: dict[str, Any]) -> None:
        breach = broken_promise(known, version, note, found)
        if breach is not None:
            self._findings.add({"stale": "stale_reads", "changed": "changed_reads"}[breach], known.id)
