"""How quick the status door is with 500 dashboards open on one run, and how often the ledger is asked for them.

Each dashboard looks as the page does (`web/poll.js`): a second after a change, then less often up to every four seconds, with
the ETag of what it has. The run changes meanwhile, so that both 200 and 304 are among the answers.
"""

import asyncio
import json
import os
import random
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from ledger.ledger import open_ledger
from local.environment import Environment
from local.processes import ROOT
from tests.web.agent import Agent, agent
from tests.web.stories import Story

DASHBOARDS = int(os.environ.get("DASHBOARDS") or 500)
SETTLE, SECONDS = 8.0, 30.0
"""Seconds until all are open, and seconds that are counted after that."""
CHANGE_EVERY = 5.0
QUICK, SLOW, SLOWER = 1.0, 4.0, 1.3


@dataclass
class Seen:
    """Answers: milliseconds of each, and how many were of which status."""

    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def add(self, status: int, seconds: float) -> None:
        """One answer."""
        self.times.append(1000 * seconds)
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def quantile(self, part: int) -> float:
        """Milliseconds within which so many in a hundred were answered."""
        return statistics.quantiles(self.times, n=100)[part - 1]


async def _dashboard(session: aiohttp.ClientSession, url: str, seen: Seen, begin: float, end: float) -> None:
    """One open page."""
    etag, wait = "", QUICK
    await asyncio.sleep(random.uniform(0, SETTLE / 2))  # noqa: S311  # people come one after the other
    while time.monotonic() < end:
        began = time.monotonic()
        async with session.get(url, headers={"If-None-Match": etag} if etag else {}) as answer:
            await answer.read()
            if began >= begin:
                seen.add(answer.status, time.monotonic() - began)
            changed = answer.status == 200
            etag = answer.headers.get("ETag", "")
        wait = QUICK if changed else min(SLOW, wait * SLOWER)
        await asyncio.sleep(wait * random.uniform(0.85, 1.15))  # noqa: S311  # as the page does


async def _people(served: Agent, story: Story, calls: Path) -> tuple[Seen, float]:
    """All dashboards, and a run that goes on; what was seen, and calls of the ledger a second."""
    seen, begin = Seen(), time.monotonic() + SETTLE
    end = begin + SECONDS
    url = f"{served.url}/api/migrations/{story.name}"
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, headers={"x-functions-key": served.key}) as session:
        open_pages = [asyncio.create_task(_dashboard(session, url, seen, begin, end)) for _ in range(DASHBOARDS)]
        await asyncio.sleep(begin - time.monotonic())
        before = await asyncio.to_thread(_calls, calls)
        number = 0
        while time.monotonic() < end - CHANGE_EVERY:
            await asyncio.sleep(CHANGE_EVERY)
            number += 1
            await asyncio.to_thread(story.line, "backup_state", evidence={"items": number})
        await asyncio.sleep(end - time.monotonic())
        after = await asyncio.to_thread(_calls, calls)
        await asyncio.gather(*open_pages)
    return seen, (after - before) / SECONDS


def _calls(file: Path) -> int:
    """Calls of the ledger so far, as the agent has counted them."""
    return int(json.loads(file.read_text())["calls"])


def measure() -> tuple[Seen, float]:
    """500 dashboards on one agent on this machine; the documents that they look at come from Azurite."""
    with TemporaryDirectory() as name, Environment(Path(name) / "environment") as environment:
        os.environ.update(environment.variables())
        story, calls = Story(open_ledger()).works("backup_state"), Path(name) / "ledger.json"
        with agent(environment, Path(name) / "agent", ROOT / "bench" / "app", BENCH_FILE=str(calls)) as served:
            return asyncio.run(_people(served, story, calls))


def table() -> list[str]:
    """Rows for the page of figures."""
    seen, calls = measure()
    new, same = seen.statuses.pop(200, 0), seen.statuses.pop(304, 0)
    heads = ("open dashboards", "answers a second", "of them 304", "neither 200 nor 304", "p50, ms", "p95, ms")
    rate, part = len(seen.times) / SECONDS, 100 * same / (new + same)
    figures = f"{rate:.0f} | {part:.0f} % | {sum(seen.statuses.values())} | {seen.quantile(50):.1f} | {seen.quantile(95):.1f}"
    first = f"| {' | '.join(heads)} | calls of the ledger a second |"
    return [first, "| --- | --- | --- | --- | --- | --- | --- |", f"| {DASHBOARDS} | {figures} | {calls:.1f} |"]


if __name__ == "__main__":
    print("\n".join(table()))
    sys.exit()
