"""What a line reads of the others, over a real ledger: positions outlive attempts, and a step may stand twice in a runbook."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from activities.lifecycle import Attempt
from activities.record import LedgerRecord
from activities.registry import STEPS
from adapters.world import World
from ledger.ledger import Ledger
from plan.model import Plan
from tests.activities.streams import Stream
from tests.ledger.rows import new_run, write
from tests.plan.plans import example

RUNBOOK: list[dict[str, Any]] = [
    {"seq": seq, "kind": "gate" if name == "open-window" else "step", "name": name, "arguments": {}}
    for seq, name in enumerate(("start_replication", "sync_deltas", "open-window", "sync_deltas", "copy_delta"), 1)
]


class Run:
    """A run of that runbook; each attempt is a new one, as after a crash."""

    def __init__(self, ledger: Ledger, stream: Stream, lag: float) -> None:
        plan = example()
        timing = plan.timing.model_copy(update={"lag": timedelta(seconds=lag)})
        self._plan: Plan = plan.model_copy(update={"timing": timing, "state": plan.state.model_copy(update={"queues": []})})
        self._world = cast(World, SimpleNamespace(replications={"orders": stream}, movers={}))
        self._ledger, self._run = ledger, write(ledger, new_run(self._plan, RUNBOOK))
        self.record = LedgerRecord(ledger, self._run)

    def leave(self, seq: int, state: str) -> None:
        """Note that state of a line."""
        self._ledger.steps.change(self._run.run, seq, state=state)

    def do(self, seq: int) -> str:
        """What came of one attempt at that line."""
        step = STEPS[RUNBOOK[seq - 1]["name"]]()
        answer = Attempt(self._ledger, self._world, self._plan, self._run, seq, step).do()
        return str(answer["state"])

    def until_done(self, seq: int) -> None:
        """Attempts until one is done, at most ten."""
        assert "done" in (self.do(seq) for _ in range(10))


@pytest.fixture
def stream() -> Stream:
    return Stream(written=100, speed=10)


def test_a_look_after_a_crash_goes_on_where_the_one_before_stopped(ledger: Ledger, stream: Stream) -> None:
    run = Run(ledger, stream, lag=25)
    assert run.do(1) == "done"
    stream.written = 150
    assert [run.do(2) for _ in range(4)] == ["waiting", "waiting", "done", "done"]
    assert stream.asked == [100, 110, 120]
    assert run.record.evidence("sync_deltas")["applied"] == 30


def test_a_step_that_stands_twice_answers_with_its_last_line(ledger: Ledger, stream: Stream) -> None:
    run = Run(ledger, stream, lag=0)
    run.until_done(1)
    stream.written = 120
    assert run.record.evidence("sync_deltas") is None
    assert not run.record.begun("sync_deltas")
    run.until_done(2)
    stream.written = 130
    run.until_done(4)
    stream.written = 135
    run.until_done(5)
    assert stream.asked == [100, 110, 120, 130]
    assert run.record.evidence("sync_deltas")["positions"] == {"orders": {"at": 130}}
    assert run.record.evidence("copy_delta")["positions"] == {"orders": {"at": 135}}


def test_another_try_after_a_failure_forgets_no_position(ledger: Ledger, stream: Stream) -> None:
    run = Run(ledger, stream, lag=0)
    run.until_done(1)
    stream.written, stream.writes = 200, 10
    looks = [run.do(2) for _ in range(20)]
    assert looks == ["waiting"] * 19 + ["failed"]
    stream.writes, stream.speed = 0, 1000
    run.until_done(2)
    assert stream.asked[20:] == [stream.asked[18] + 10]


def test_a_step_is_undone_once_its_way_back_has_come_to_its_end(ledger: Ledger, stream: Stream) -> None:
    run = Run(ledger, stream, lag=0)
    assert not run.record.undone("start_replication")
    run.until_done(1)
    for state in ("done", "undo-failed", "undone"):
        run.leave(1, state)
        assert run.record.undone("start_replication") == (state == "undone")
