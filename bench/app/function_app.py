"""The agent with a runbook of empty steps, and a clock on its ledger: what the agent itself costs.

Lives here: the empty step, the runbook of them, the clock. The setting BENCH_FILE names where the clock's figures go.
"""

import json
import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from activities.registry import STEPS
from activities.step import Done, Step, Verdict, Work
from adapters.records import Json
from ledger.storage import Storage
from local.agent_app import load_agent
from orchestrators.listener import Lines
from orchestrators.saga import Saga
from orchestrators.strategies import RUNBOOKS

COUNT = 40


class Empty(Step):
    """Nothing is done."""

    owner = "lead"
    instruction = "Do nothing."
    expected = "Nothing has changed."
    validation = "Nothing is looked at."
    rollback = "Nothing to restore."
    estimate = timedelta(seconds=1)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Always."""
        return Done()


def empty_steps(saga: Saga) -> Lines:
    """The runbook."""
    for _ in range(COUNT):
        yield from saga.step(Empty)


_spent = {"seconds": 0.0, "calls": 0}
_lock = threading.Lock()


def _timed(name: str) -> None:
    plain: Callable[..., Any] = getattr(Storage, name)

    def timed(self: Storage, *given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return plain(self, *given, **named)
        finally:
            with _lock:
                _spent["seconds"] += time.perf_counter() - began
                _spent["calls"] += 1
                Path(os.environ["BENCH_FILE"]).write_text(json.dumps(_spent))

    setattr(Storage, name, timed)


for _name in ("get", "create", "merge", "partition", "find"):
    _timed(_name)
STEPS[Empty.name] = Empty
RUNBOOKS["planned-downtime"] = empty_steps
app = load_agent()
