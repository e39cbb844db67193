"""How quick the moments are that clients notice, and what the agent's memory does: a migration to its last gate and back."""

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from local.demo import warm_up
from local.processes import Child
from local.stage import stage
from local.traffic.generator import Traffic
from tests.e2e.pilot import LEAD, Pilot

SIZES = [int(size) for size in (os.environ.get("SIZES") or "1000,50000").split(",")]
"""Rows of existing state, one migration each; the setting SIZES names others."""


@dataclass(frozen=True)
class Moments:
    """Seconds and MiB of one migration there and back."""

    orders: int
    cutover_to_azure: float
    abort_to_last_azure: float
    downtime: float
    memory: float


class Memory(threading.Thread):
    """The agent's peak resident memory in MiB, looked at four times a second until `stop`."""

    def __init__(self, child: Child) -> None:
        super().__init__(daemon=True)
        self._child, self._ended, self.peak = child, threading.Event(), 0.0

    def run(self) -> None:
        """Look."""
        while not self._ended.wait(0.25):
            for pid in self._child.pids():
                try:
                    self.peak = max(self.peak, psutil.Process(pid).memory_info().rss / 2**20)
                except psutil.NoSuchProcess:
                    continue

    def stop(self) -> float:
        """The peak."""
        self._ended.set()
        self.join()
        return self.peak


def measure(orders: int) -> Moments:
    """One migration with that many rows of state, to `finalize`, then aborted."""
    with TemporaryDirectory() as name, stage(Path(name), orders=orders, keeping="in-memory") as ready:
        warm_up(ready)
        memory = Memory(ready.agent)
        memory.start()
        pilot = Pilot(ready, "bench")
        with Traffic(ready.edge_url, rate=20, ramp=2.0, max_seconds=900) as traffic:
            pilot.start().raise_for_status()
            pilot.pass_gates("open-window")
            pilot.until("cutover", seconds=600)
            approved = time.time()
            pilot.decide("cutover").raise_for_status()
            downtime = pilot.until("finalize")["downtime_seconds"]
            aborted = time.time()
            pilot.post("migrations/bench/abort", {"by": LEAD, "reason": "bench"}).raise_for_status()
            pilot.until("failed-back", seconds=600)
            azure = traffic.requests()["served_by"]["azure"]
        return Moments(orders, azure["first"] - approved, azure["last"] - aborted, downtime, memory.stop())


def table() -> list[str]:
    """Rows for the page of figures."""
    heads = ("rows of state", "cutover approved to first answer by Azure, s", "abort to last answer by Azure, s", "downtime, s")
    lines = [f"| {' | '.join(heads)} | agent's peak memory, MiB |", "| --- | --- | --- | --- | --- |"]
    for found in map(measure, SIZES):
        moments = f"{found.cutover_to_azure:.1f} | {found.abort_to_last_azure:.1f} | {found.downtime:.1f}"
        lines.append(f"| {found.orders} | {moments} | {found.memory:.0f} |")
    return lines
