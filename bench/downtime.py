"""What the length of the window depends on: planned and minimized downtime with little and with much state."""

import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.migration import Memory
from local.demo import warm_up
from local.stage import stage
from local.traffic.generator import Traffic
from tests.e2e.pilot import Pilot

SIZES = [int(size) for size in (os.environ.get("SIZES") or "1000,50000").split(",")]
"""Rows of existing state; the setting SIZES names others."""
STRATEGIES = (os.environ.get("STRATEGIES") or "minimized-downtime,planned-downtime").split(",")
RATE = 20.0
"""Requests a second, 39 % of them writes."""
LONGEST = 2400.0
"""Seconds that a copy may take."""


@dataclass(frozen=True)
class Taken:
    """One migration: rows of state, seconds that clients were not served, MiB that the agent held at most."""

    strategy: str
    orders: int
    downtime: float
    memory: float


def measure(strategy: str, orders: int) -> Taken:
    """One migration with that much state, to its last gate."""
    pace = {"STRATEGY": strategy, "WINDOW": "1h"}
    with TemporaryDirectory() as name, stage(Path(name), orders=orders, pace=pace, keeping="in-memory") as ready:
        warm_up(ready)
        memory = Memory(ready.agent)
        memory.start()
        pilot = Pilot(ready, "bench")
        with Traffic(ready.edge_url, rate=RATE, ramp=2.0, max_seconds=2 * LONGEST):
            pilot.start().raise_for_status()
            for gate in ("open-window", "cutover"):
                pilot.until(gate, seconds=LONGEST)
                pilot.decide(gate).raise_for_status()
            downtime = pilot.until("finalize", seconds=LONGEST)["downtime_seconds"]
        return Taken(strategy, orders, downtime, memory.stop())


def table() -> list[str]:
    """Rows for the page of figures."""
    lines = ["| strategy | rows of state | downtime, s | against the fewest rows | agent's peak memory, MiB |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for strategy in STRATEGIES:
        taken = [measure(strategy, orders) for orders in SIZES]
        for one in taken:
            ratio = one.downtime / taken[0].downtime
            lines.append(f"| `{strategy}` | {one.orders} | {one.downtime:.1f} | {ratio:.2f} | {one.memory:.0f} |")
            print(lines[-1], flush=True)
    return lines
