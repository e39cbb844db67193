"""What the agent costs a step: a run of empty steps on the local host, and how much of it the ledger takes."""

import json
import statistics
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from local.processes import ROOT
from local.stage import stage
from tests.e2e.pilot import Pilot

RUNS = 3


@dataclass(frozen=True)
class Overhead:
    """Milliseconds a step, medians of several runs."""

    step: float
    ledger: float
    ledger_calls: float


def measure() -> Overhead:
    """Runs of empty steps, one after the other; the first is not counted."""
    found: list[Overhead] = []
    with TemporaryDirectory() as name:
        clock = Path(name) / "ledger.json"
        with stage(Path(name), app=ROOT / "bench" / "app", pace={"BENCH_FILE": str(clock)}) as ready:
            for number in range(RUNS + 1):
                pilot = Pilot(ready, f"empty-{number}")
                before = json.loads(clock.read_text()) if clock.exists() else {"seconds": 0.0, "calls": 0}
                pilot.start().raise_for_status()
                status = pilot.until("migrated")
                after = json.loads(clock.read_text())
                rows = status["steps"]
                first, last = (datetime.fromisoformat(rows[at][key]) for at, key in ((0, "started"), (-1, "ended")))
                seconds = (last - first).total_seconds()
                per = 1000 / len(rows)
                spent = (after["seconds"] - before["seconds"]) * per, (after["calls"] - before["calls"]) / len(rows)
                found.append(Overhead(seconds * per, *spent))
    return Overhead(*(statistics.median(getattr(it, name) for it in found[1:]) for name in ("step", "ledger", "ledger_calls")))


def table() -> list[str]:
    """Rows for the page of figures."""
    found = measure()
    return [
        "| an empty step | ms, median of 3 runs of 40 |",
        "| --- | --- |",
        f"| in all | {found.step:.1f} |",
        f"| of it the ledger (start and status of the run included) | {found.ledger:.1f} |",
        f"| calls of the ledger | {found.ledger_calls:.1f} |",
    ]
