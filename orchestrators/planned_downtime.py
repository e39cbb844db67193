"""Planned downtime: the workload is closed, its state is copied, clients come back on the other side."""

from activities.steps.copy_state import CopyState
from activities.steps.evaluate import Evaluate
from activities.steps.refresh_secrets import RefreshSecrets
from activities.steps.retire_source import RetireSource
from activities.steps.verify_state import VerifyState
from orchestrators.listener import Lines
from orchestrators.prepare import prepare
from orchestrators.saga import Saga
from orchestrators.window import close_source, open_target


def planned_downtime(saga: Saga) -> Lines:
    """The runbook, top to bottom."""
    yield from prepare(saga)

    yield from saga.gate("open-window")
    yield from saga.step(RefreshSecrets)  # the gate may have waited for days
    yield from close_source(saga)
    yield from saga.step(CopyState)
    yield from saga.step(VerifyState)
    yield from open_target(saga)

    yield from saga.gate("finalize")
    saga.pass_point_of_no_return()
    yield from saga.step(RetireSource)
    yield from saga.step(Evaluate)
