"""The window of the strategies that have one: the source is closed, and later clients come back on the other side."""

from activities.steps.announce import Announce
from activities.steps.bake import Bake
from activities.steps.close_window import CloseWindow
from activities.steps.drain_source import DrainSource
from activities.steps.enable_target import EnableTarget
from activities.steps.quiesce_source import QuiesceSource
from activities.steps.stop_consumers import StopConsumers
from activities.steps.switch_traffic import SwitchTraffic
from activities.steps.validate_target import ValidateTarget
from activities.steps.verify_traffic import VerifyTraffic
from orchestrators.listener import Lines
from orchestrators.saga import Saga


def close_source(saga: Saga) -> Lines:
    """From the opening of the window to a source on which nothing runs."""
    yield from saga.open_window()
    yield from saga.step(Announce)
    yield from saga.step(QuiesceSource)
    yield from saga.step(DrainSource)
    yield from saga.step(StopConsumers)


def open_target(saga: Saga) -> Lines:
    """From a verified copy to clients that have used it for a while."""
    yield from saga.step(EnableTarget)
    yield from saga.step(ValidateTarget)

    yield from saga.gate("cutover")
    yield from saga.step(SwitchTraffic)
    yield from saga.step(VerifyTraffic)
    yield from saga.step(CloseWindow)
    saga.close_window()
    yield from saga.step(Bake)
