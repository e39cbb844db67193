"""A durable backend with a worker and a client of durabletask, for tests through its public doors."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from durabletask.client import OrchestrationState, TaskHubGrpcClient
from durabletask.worker import TaskHubGrpcWorker

from local.durable.backend import Backend

_QUIET = logging.getLogger("tests.durabletask")
_QUIET.setLevel(logging.CRITICAL)


@contextmanager
def service(folder: Path) -> Iterator[Backend]:
    """A started backend with its state in `folder`."""
    backend = Backend(folder / "durable.sqlite")
    backend.start()
    try:
        yield backend
    finally:
        backend.stop(0)


@contextmanager
def worker(backend: Backend, *functions: Callable[..., Any], only_own: bool = False) -> Iterator[TaskHubGrpcWorker]:
    """A worker with these functions: those whose first parameter is `ctx` are orchestrators, the others activities.

    With `only_own` it asks only for work that it has a function for.
    """
    running = TaskHubGrpcWorker(host_address=backend.address, logger=_QUIET)
    if only_own:
        running.use_work_item_filters()
    for function in functions:
        orchestrates = function.__code__.co_varnames[0] == "ctx"
        (running.add_orchestrator if orchestrates else running.add_activity)(function)
    cast(Callable[[], None], running.start)()
    try:
        yield running
    finally:
        cast(Callable[[], None], running.stop)()


def client_of(backend: Backend) -> TaskHubGrpcClient:
    return TaskHubGrpcClient(host_address=backend.address, logger=_QUIET)


def state_of(client: TaskHubGrpcClient, instance_id: str) -> OrchestrationState:
    """The present state of an instance that must exist."""
    state = client.get_orchestration_state(instance_id)
    assert state is not None
    return state


def ended(client: TaskHubGrpcClient, instance_id: str, *, timeout: float = 10) -> OrchestrationState:
    """The state of an instance once it has ended, at most `timeout` seconds from now."""
    state = client.wait_for_orchestration_completion(instance_id, timeout=timeout)
    assert state is not None
    return state
