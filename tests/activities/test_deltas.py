"""Catching up: positions go from step to step, a lag that shrinks is waited for, one that does not is told."""

from datetime import timedelta
from typing import Any

from activities import deltas
from activities.step import Done, Failed, Step, Verdict, Waiting
from activities.steps.copy_delta import CopyDelta
from activities.steps.sync_deltas import SyncDeltas
from adapters.records import Depth, Json
from plan.model import Plan
from tests.activities.small_world import Remembered, work
from tests.activities.streams import Stream
from tests.plan.plans import example

BEGUN = {"start_replication": {"positions": {"orders": {"at": 0}, "receipts": {"at": 0}}}}


class Evidence(Remembered):
    """A record of what steps found."""

    def __init__(self, found: Json) -> None:
        super().__init__()
        self.found = found

    def evidence(self, step: str) -> Any:
        return self.found.get(step)


class Mover:
    """A queue with messages in AWS."""

    def __init__(self, visible: int) -> None:
        self.visible = visible

    def source_depth(self) -> Depth:
        return Depth(self.visible, 0)


def within(lag: float) -> Plan:
    plan = example()
    return plan.model_copy(update={"timing": plan.timing.model_copy(update={"lag": timedelta(seconds=lag)})})


def looks(step: Step, found: Json, plan: Plan | None = None, **ports: Any) -> list[Verdict]:
    """What the step says, look after look, until it is done or has failed."""
    record = Evidence(found)
    did, verdicts = step.do(work(record=record, plan=plan, **ports), {}), []
    for _ in range(50):
        verdicts.append(step.verify(work(did, record, plan=plan, **ports), {}))
        if not isinstance(verdicts[-1], Waiting):
            return verdicts
        did = verdicts[-1].remember or did
    raise AssertionError("neither done nor failed after 50 looks")


def test_a_copy_that_catches_up_is_waited_for() -> None:
    streams = {"orders": Stream(100, 30), "receipts": Stream(10, 30)}
    *early, done = looks(SyncDeltas(), BEGUN, within(15), replications=streams)
    assert [verdict.what.rpartition("it is ")[2] for verdict in early if isinstance(verdict, Waiting)] == ["70.0 s", "40.0 s"]
    assert isinstance(done, Done)
    assert done.evidence["positions"] == {"orders": {"at": 90}, "receipts": {"at": 10}}
    assert (done.evidence["applied"], done.evidence["lags"]) == (100, [70.0, 40.0, 10.0])
    assert [lag for _, lag in done.evidence["lag_trail"]] == [70.0, 40.0, 10.0]


def test_a_copy_that_is_as_near_as_the_plan_allows_is_near_enough() -> None:
    assert [type(verdict) for verdict in looks(SyncDeltas(), BEGUN, within(10), replications=stores(Stream(40, 30)))] == [Done]
    assert len(looks(SyncDeltas(), BEGUN, within(9), replications=stores(Stream(40, 30)))) > 1


def test_each_look_goes_on_where_the_one_before_stopped() -> None:
    stream = Stream(100, 30)
    looks(SyncDeltas(), BEGUN, within(0), replications=stores(stream))
    assert stream.asked == [0, 30, 60, 90]


def test_the_second_catching_up_and_the_last_delta_go_on_from_the_one_before() -> None:
    reached = {"sync_deltas": {"positions": {"orders": {"at": 90}, "receipts": {"at": 7}}}}
    for step in (SyncDeltas(), CopyDelta()):
        stream, other = Stream(120, 30), Stream(7, 30)
        streams = {"orders": stream, "receipts": other}
        looks(step, BEGUN | reached, replications=streams, movers={})
        assert (stream.asked, other.asked) == ([90], [7])


def test_writes_that_outrun_the_copy_are_told_with_their_figures() -> None:
    *early, failed = looks(SyncDeltas(), BEGUN, replications=stores(Stream(100, 10, writes=11)))
    assert len(early) == 19
    assert isinstance(failed, Failed)
    assert failed.code == "not-converging"
    assert "it was 90.0 s behind and is 109.0 s behind after 20 looks" in failed.message
    assert failed.mend


def test_a_lag_that_shrinks_slowly_is_no_failure() -> None:
    verdicts = looks(SyncDeltas(), BEGUN, within(5), replications=stores(Stream(100, 11, writes=8)))
    assert len(verdicts) > 25
    assert isinstance(verdicts[-1], Done)


def test_the_store_that_is_farthest_behind_counts() -> None:
    streams = {"orders": Stream(10, 10), "receipts": Stream(50, 10)}
    seen = deltas.look(work(deltas.begun(work(record=Evidence(BEGUN))), replications=streams))
    assert (seen["lags"], seen["caught_up"], seen["applied"]) == ([40.0], False, 20)


def test_a_plan_without_stores_has_nothing_to_catch_up_with() -> None:
    for step in (SyncDeltas(), CopyDelta()):
        (done,) = looks(step, {"start_replication": {"positions": {}}}, replications={}, movers={})
        assert isinstance(done, Done)


def test_the_last_delta_ends_only_when_nothing_is_left() -> None:
    *early, done = looks(CopyDelta(), BEGUN, within(1000), replications=stores(Stream(100, 40)), movers={})
    assert [type(verdict) for verdict in early] == [Waiting, Waiting]
    assert isinstance(done, Done)
    assert done.evidence["positions"]["orders"] == {"at": 100}


def test_messages_left_in_a_queue_that_moves_hold_the_last_delta() -> None:
    plan = example()
    moves = [queue.model_copy(update={"leftover": "move"}) for queue in plan.state.queues]
    moving = plan.model_copy(update={"state": plan.state.model_copy(update={"queues": moves})})
    mover = Mover(1)
    ports: dict[str, Any] = {"replications": stores(Stream(0, 1)), "movers": {queue.name: mover for queue in moves}}
    step, record = CopyDelta(), Evidence(BEGUN)
    first = step.verify(work(deltas.begun(work(record=record)), record, plan=moving, **ports), {})
    assert isinstance(first, Waiting)
    assert first.what == f"messages in {moves[0].name}"
    mover.visible = 0
    assert isinstance(step.verify(work(first.remember, record, plan=moving, **ports), {}), Done)


def stores(stream: Stream) -> dict[str, Stream]:
    return {"orders": stream, "receipts": Stream(0, 1)}
