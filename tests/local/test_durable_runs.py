"""Defects of durabletask's in-memory backend that spoil a run, each mended: seen by a real worker and client."""

import threading
import time
from collections.abc import Generator, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from durabletask.client import OrchestrationStatus, TaskHubGrpcClient
from durabletask.task import ActivityContext, OrchestrationContext, Task, TaskFailedError, when_any

from local.durable.backend import Backend
from tests.local.durable_service import client_of, ended, service, state_of, worker
from tests.local.hosting import eventually

type Steps = Generator[Any, Any, Any]


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    with service(tmp_path) as running:
        yield running


@pytest.fixture
def client(backend: Backend) -> TaskHubGrpcClient:
    return client_of(backend)


def parent(ctx: OrchestrationContext, given: Any) -> Steps:
    answer = yield ctx.call_sub_orchestrator("child", input=given)
    return answer


def waiting(ctx: OrchestrationContext, _: Any) -> Steps:
    answer = yield ctx.wait_for_external_event("go")
    return answer


def test_a_sub_orchestration_over_30_seconds_does_not_hang_its_parent(
    backend: Backend, client: TaskHubGrpcClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The original waits 30 s for the child in a thread; here nobody waits, so shortening such a wait changes nothing."""
    original = threading.Event.wait
    monkeypatch.setattr(threading.Event, "wait", lambda self, timeout=None: original(self, 0.2 if timeout == 30.0 else timeout))

    def child(ctx: OrchestrationContext, _: Any) -> Steps:
        yield ctx.create_timer(timedelta(seconds=1))
        return "done"

    with worker(backend, parent, child):
        state = ended(client, client.schedule_new_orchestration("parent"))
    assert state.serialized_output == '"done"'


def test_an_activity_failure_with_an_empty_message_is_a_failure(backend: Backend, client: TaskHubGrpcClient) -> None:
    def silent(_ctx: ActivityContext, _: Any) -> Any:
        raise ValueError

    def calls(ctx: OrchestrationContext, _: Any) -> Steps:
        try:
            yield ctx.call_activity("silent")
        except TaskFailedError as error:
            return error.details.error_type
        return "taken for success"

    with worker(backend, calls, silent):
        state = ended(client, client.schedule_new_orchestration("calls"))
    assert state.serialized_output == '"builtins.ValueError"'


def test_after_continue_as_new_stale_timers_and_activities_do_nothing(backend: Backend, client: TaskHubGrpcClient) -> None:
    """Both runs schedule a timer and an activity under the same task ids; those of the first end during the second."""
    stale, fresh = threading.Event(), threading.Event()

    def slow(_ctx: ActivityContext, run: Any) -> Any:
        (stale if run == "first" else fresh).wait(20)
        return run

    def anew(ctx: OrchestrationContext, run: Any) -> Steps:
        timer = ctx.create_timer(timedelta(seconds=0.4 if run == "first" else 3600))
        activity: Task[Any] = ctx.call_activity("slow", input=run)
        if run == "first":
            yield ctx.create_timer(timedelta(seconds=0.05))
            ctx.continue_as_new("second")
            return None
        event = ctx.wait_for_external_event("go")
        ctx.set_custom_status("second")
        winner = yield when_any([timer, activity, event])
        return ["timer", "activity", "event"][[timer, activity, event].index(winner)]

    with worker(backend, anew, slow):
        instance_id = client.schedule_new_orchestration("anew", input="first")
        eventually(lambda: state_of(client, instance_id).serialized_custom_status == '"second"')
        stale.set()
        time.sleep(0.6)  # the stale timer's time passes: nothing to wait for, as nothing must happen
        client.raise_orchestration_event(instance_id, "go")
        state = ended(client, instance_id)
        fresh.set()
    assert state.serialized_output == '"event"'


def runs(client: TaskHubGrpcClient, instance_id: str) -> bool:
    state = client.get_orchestration_state(instance_id)
    return state is not None and state.runtime_status == OrchestrationStatus.RUNNING


def test_a_recursive_terminate_ends_the_children_and_only_it(backend: Backend, client: TaskHubGrpcClient) -> None:
    def child(ctx: OrchestrationContext, given: Any) -> Steps:
        yield ctx.wait_for_external_event("never")

    with worker(backend, parent, child):
        for recursive, expected in ((True, OrchestrationStatus.TERMINATED), (False, OrchestrationStatus.RUNNING)):
            parent_id = client.schedule_new_orchestration("parent")
            child_id = f"{parent_id}:0001"
            eventually(partial(runs, client, child_id))
            client.terminate_orchestration(parent_id, recursive=recursive)
            ended(client, parent_id)
            settled = state_of(client, child_id)
            if recursive:
                settled = ended(client, child_id)
            assert settled.runtime_status == expected


def test_a_childs_failure_arrives_with_its_type(backend: Backend, client: TaskHubGrpcClient) -> None:
    def child(ctx: OrchestrationContext, _: Any) -> Steps:
        yield ctx.create_timer(timedelta(milliseconds=1))
        raise LookupError("nowhere")

    def asks(ctx: OrchestrationContext, _: Any) -> Steps:
        try:
            yield ctx.call_sub_orchestrator("child")
        except TaskFailedError as error:
            return [error.details.error_type, error.details.message]

    with worker(backend, asks, child):
        state = ended(client, client.schedule_new_orchestration("asks"))
    assert state.serialized_output == '["builtins.LookupError", "nowhere"]'


def test_start_at_is_kept_and_ends_by_terminate_without_running(backend: Backend, client: TaskHubGrpcClient) -> None:
    began = []

    def quick(ctx: OrchestrationContext, name: Any) -> Any:
        began.append(name)
        return name

    with worker(backend, quick):
        soon, never = datetime.now(UTC) + timedelta(seconds=0.5), datetime.now(UTC) + timedelta(hours=1)
        later = client.schedule_new_orchestration("quick", input="soon", start_at=soon)
        cancelled = client.schedule_new_orchestration("quick", input="never", start_at=never)
        assert state_of(client, later).runtime_status == OrchestrationStatus.PENDING
        client.terminate_orchestration(cancelled)
        state = ended(client, cancelled, timeout=5)
        assert state.runtime_status == OrchestrationStatus.TERMINATED
        ended(client, later)
    assert datetime.now(UTC) >= soon
    assert began == ["soon"]


def test_a_finished_id_can_be_used_again_a_running_one_not(backend: Backend, client: TaskHubGrpcClient) -> None:
    with worker(backend, waiting):
        for given in (1, 2):
            client.schedule_new_orchestration("waiting", instance_id="same")
            with pytest.raises(Exception, match="already exists"):
                client.schedule_new_orchestration("waiting", instance_id="same")
            client.raise_orchestration_event("same", "go", data=given)
            state = ended(client, "same")
            assert state.serialized_output == str(given)


def test_suspend_and_events_do_not_wake_a_finished_run(backend: Backend, client: TaskHubGrpcClient) -> None:
    with worker(backend, waiting):
        instance_id = client.schedule_new_orchestration("waiting")
        client.raise_orchestration_event(instance_id, "go", data=1)
        ended(client, instance_id)
        before = client.get_orchestration_history(instance_id)
        client.suspend_orchestration(instance_id)
        client.resume_orchestration(instance_id)
        client.raise_orchestration_event(instance_id, "go", data=2)
        later = client.schedule_new_orchestration("waiting")
        client.raise_orchestration_event(later, "go")
        ended(client, later)
        assert client.get_orchestration_history(instance_id) == before
