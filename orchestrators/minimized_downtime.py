"""Minimized downtime: the state is copied while clients go on; the window holds and compares only what changed last."""

from activities.steps.copy_delta import CopyDelta
from activities.steps.evaluate import Evaluate
from activities.steps.recheck_touched import RecheckTouched
from activities.steps.refresh_secrets import RefreshSecrets
from activities.steps.retire_source import RetireSource
from activities.steps.stop_replication import StopReplication
from activities.steps.sync_deltas import SyncDeltas
from activities.steps.verify_delta import VerifyDelta
from orchestrators.listener import Lines
from orchestrators.live_copy import copy_live
from orchestrators.prepare import prepare
from orchestrators.saga import Saga
from orchestrators.window import close_source, open_target


def minimized_downtime(saga: Saga) -> Lines:
    """The runbook, top to bottom."""
    yield from prepare(saga)
    yield from copy_live(saga)

    yield from saga.gate("open-window")
    yield from saga.step(RefreshSecrets)  # the gate may have waited for days
    yield from saga.step(SyncDeltas)  # what came while people were asked
    yield from saga.step(RecheckTouched)  # so that the window compares seconds of writes, not days
    yield from close_source(saga)
    yield from saga.step(CopyDelta)
    yield from saga.step(VerifyDelta)
    yield from open_target(saga)

    yield from saga.gate("finalize")
    saga.pass_point_of_no_return()
    yield from saga.step(StopReplication)
    yield from saga.step(RetireSource)
    yield from saga.step(Evaluate)
