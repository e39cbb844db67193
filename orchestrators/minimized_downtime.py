"""Minimized downtime: the state is copied while clients go on; the window holds and compares only what changed last."""

from activities.announce import Announce
from activities.backup_state import BackupState
from activities.bake import Bake
from activities.close_window import CloseWindow
from activities.copy_delta import CopyDelta
from activities.drain_source import DrainSource
from activities.enable_target import EnableTarget
from activities.evaluate import Evaluate
from activities.quiesce_source import QuiesceSource
from activities.refresh_secrets import RefreshSecrets
from activities.retire_source import RetireSource
from activities.start_replication import StartReplication
from activities.stop_consumers import StopConsumers
from activities.stop_replication import StopReplication
from activities.switch_traffic import SwitchTraffic
from activities.sync_deltas import SyncDeltas
from activities.validate_target import ValidateTarget
from activities.verify_backup import VerifyBackup
from activities.verify_delta import VerifyDelta
from activities.verify_traffic import VerifyTraffic
from orchestrators.listener import Lines
from orchestrators.prepare import prepare
from orchestrators.saga import Saga


def minimized_downtime(saga: Saga) -> Lines:
    """The runbook, top to bottom."""
    yield from prepare(saga)
    yield from saga.step(StartReplication)
    yield from saga.step(BackupState)
    yield from saga.step(SyncDeltas)
    yield from saga.step(VerifyBackup)

    yield from saga.gate("open-window")
    yield from saga.step(RefreshSecrets)  # the gate may have waited for days
    yield from saga.step(SyncDeltas)  # what came while people were asked
    yield from saga.open_window()
    yield from saga.step(Announce)
    yield from saga.step(QuiesceSource)
    yield from saga.step(DrainSource)
    yield from saga.step(StopConsumers)
    yield from saga.step(CopyDelta)
    yield from saga.step(VerifyDelta)
    yield from saga.step(EnableTarget)
    yield from saga.step(ValidateTarget)

    yield from saga.gate("cutover")
    yield from saga.step(SwitchTraffic)
    yield from saga.step(VerifyTraffic)
    yield from saga.step(CloseWindow)
    saga.close_window()
    yield from saga.step(Bake)

    yield from saga.gate("finalize")
    saga.pass_point_of_no_return()
    yield from saga.step(StopReplication)
    yield from saga.step(RetireSource)
    yield from saga.step(Evaluate)
