"""Zero downtime: clients move share by share while both sides use the stores of AWS; then the state moves, rung by rung."""

from activities.steps.await_departure import AwaitDeparture
from activities.steps.bake import Bake
from activities.steps.check_parity import CheckParity
from activities.steps.climb_ladder import DUAL, LIVE, SHADOW, TOP, ClimbLadder
from activities.steps.confirm_metrics import ConfirmMetrics
from activities.steps.drain_source import DrainSource
from activities.steps.enable_target import EnableTarget
from activities.steps.evaluate import Evaluate
from activities.steps.hand_over_queues import HandOverQueues
from activities.steps.hand_over_schedules import HandOverSchedules
from activities.steps.judge_traffic import JudgeTraffic
from activities.steps.prepare_ladder import PrepareLadder
from activities.steps.quiesce_source import QuiesceSource
from activities.steps.refresh_secrets import RefreshSecrets
from activities.steps.retire_source import RetireSource
from activities.steps.shift_traffic import ShiftTraffic
from activities.steps.stop_consumers import StopConsumers
from activities.steps.stop_replication import StopReplication
from activities.steps.sync_deltas import SyncDeltas
from activities.steps.validate_target import ValidateTarget
from activities.steps.verify_backup import VerifyBackup
from activities.steps.watch_shadow import WatchShadow
from orchestrators.listener import Lines
from orchestrators.live_copy import copy_live
from orchestrators.prepare import prepare
from orchestrators.saga import Saga


def zero_downtime(saga: Saga) -> Lines:
    """The runbook, top to bottom."""
    yield from prepare(saga)
    yield from saga.step(PrepareLadder)
    yield from copy_live(saga)
    yield from saga.step(EnableTarget)
    yield from saga.step(ValidateTarget)
    yield from saga.step(CheckParity)
    yield from saga.step(ConfirmMetrics)

    yield from saga.gate("cutover", meanwhile="flow_deltas")
    yield from saga.step(RefreshSecrets)
    for weight in saga.ramp:
        yield from saga.step(ShiftTraffic, weight=weight)
        yield from saga.step(JudgeTraffic, weight=weight)

    yield from saga.step(HandOverQueues)
    yield from saga.step(HandOverSchedules)
    yield from saga.step(AwaitDeparture)
    yield from saga.step(QuiesceSource)
    yield from saga.step(DrainSource)
    yield from saga.step(StopConsumers)

    yield from saga.step(ClimbLadder, rung=DUAL)
    yield from saga.step(SyncDeltas)
    yield from saga.step(ClimbLadder, rung=SHADOW)
    yield from saga.step(WatchShadow)
    yield from saga.step(VerifyBackup)
    yield from saga.step(ClimbLadder, rung=LIVE)
    yield from saga.step(Bake)

    yield from saga.gate("finalize")
    saga.pass_point_of_no_return()
    yield from saga.step(ClimbLadder, rung=TOP)
    yield from saga.step(StopReplication)
    yield from saga.step(RetireSource)
    yield from saga.step(Evaluate)
