"""The copy of a live state: made while clients go on, brought up to date, and compared."""

from activities.steps.backup_state import BackupState
from activities.steps.start_replication import StartReplication
from activities.steps.sync_deltas import SyncDeltas
from activities.steps.verify_backup import VerifyBackup
from orchestrators.listener import Lines
from orchestrators.saga import Saga


def copy_live(saga: Saga) -> Lines:
    """From the position of now to a copy that was the same as the source once, item by item."""
    yield from saga.step(StartReplication)
    yield from saga.step(BackupState)
    yield from saga.step(SyncDeltas)
    yield from saga.step(VerifyBackup, decided_at="the next gate")
