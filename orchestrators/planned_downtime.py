"""Planned downtime: the workload is closed, its state is copied, clients come back on the other side."""

from activities.announce import Announce
from activities.bake import Bake
from activities.close_window import CloseWindow
from activities.copy_state import CopyState
from activities.drain_source import DrainSource
from activities.enable_target import EnableTarget
from activities.evaluate import Evaluate
from activities.quiesce_source import QuiesceSource
from activities.retire_source import RetireSource
from activities.stop_consumers import StopConsumers
from activities.switch_traffic import SwitchTraffic
from activities.validate_target import ValidateTarget
from activities.verify_state import VerifyState
from activities.verify_traffic import VerifyTraffic
from orchestrators.listener import Lines
from orchestrators.prepare import prepare
from orchestrators.saga import Saga


def planned_downtime(saga: Saga) -> Lines:
    """The runbook, top to bottom."""
    yield from prepare(saga)

    yield from saga.gate("open-window")
    yield from saga.open_window()
    yield from saga.step(Announce)
    yield from saga.step(QuiesceSource)
    yield from saga.step(DrainSource)
    yield from saga.step(StopConsumers)
    yield from saga.step(CopyState)
    yield from saga.step(VerifyState)
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
    yield from saga.step(RetireSource)
    yield from saga.step(Evaluate)
