"""Defects of durabletask's in-memory backend as a service (limits, threads, lost work, ports), each mended."""

import threading
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import durabletask.internal.orchestrator_service_pb2 as pb
import durabletask.internal.orchestrator_service_pb2_grpc as stubs
import grpc
import psutil
import pytest
from durabletask.client import OrchestrationStatus
from durabletask.task import ActivityContext, OrchestrationContext

from local.durable.backend import Backend
from tests.local.durable_service import client_of, ended, service, state_of, worker
from tests.local.hosting import eventually, running_host

type Steps = Generator[Any, Any, Any]


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    with service(tmp_path) as running:
        yield running


def test_a_history_over_4_mb_does_not_wedge_the_run(tmp_path: Path) -> None:
    with running_host("durable", tmp_path) as host:
        ended = host.ended(host.begin("bulky", {"times": 6, "bytes": 1_000_000}), within=30)
        assert (ended["runtimeStatus"], ended["output"]) == ("Completed", 6_000_000)
        shown = host.status({"id": ended["instanceId"]}, showHistory="true", showHistoryOutput="true")
        assert sum(len(str(event)) for event in shown["historyEvents"]) > 6_000_000


def test_a_history_over_10000_events_does_not_leave_the_run_running(backend: Backend) -> None:
    client = client_of(backend)

    def counts(ctx: OrchestrationContext, _: Any) -> Steps:
        total = 0
        for _number in range(10_100):
            total += yield ctx.wait_for_external_event("one")
        return total

    def sends(ctx: OrchestrationContext, to: Any) -> Steps:
        for _number in range(10_100):
            ctx.send_event(to, "one", data=1)
        yield ctx.create_timer(timedelta(milliseconds=1))

    with worker(backend, counts, sends):
        counting = client.schedule_new_orchestration("counts")
        client.schedule_new_orchestration("sends", input=counting)
        state = ended(client, counting, timeout=30)
    assert state.serialized_output == "10100"


def test_dozens_of_blocking_waits_keep_nobody_else_waiting(backend: Backend) -> None:
    client = client_of(backend)

    def waiting(ctx: OrchestrationContext, _: Any) -> Steps:
        yield ctx.wait_for_external_event("go")

    with worker(backend, waiting), ThreadPoolExecutor(60) as waiters:
        ids = [client.schedule_new_orchestration("waiting") for _ in range(60)]
        answers = [waiters.submit(ended, client, it, timeout=60) for it in ids]
        eventually(lambda: sum(thread.name.startswith("durable-wait") for thread in threading.enumerate()) >= 60)
        for instance_id in ids:
            client.raise_orchestration_event(instance_id, "go")
        assert {answer.result(30).runtime_status for answer in answers} == {OrchestrationStatus.COMPLETED}


def test_work_handed_to_a_consumer_that_dies_goes_to_another(backend: Backend) -> None:
    client = client_of(backend)

    def asks(ctx: OrchestrationContext, _: Any) -> Steps:
        answer = yield ctx.call_activity("act")
        return answer

    def act(_ctx: ActivityContext, _: Any) -> Any:
        return "acted"

    def take(filters: pb.WorkItemFilters) -> None:
        """Take one such item and go away with it."""
        with grpc.insecure_channel(backend.address) as channel:
            service = cast(Any, stubs).TaskHubSidecarServiceStub(channel)
            next(service.GetWorkItems(pb.GetWorkItemsRequest(workItemFilters=filters)))

    instance_id = client.schedule_new_orchestration("asks")
    take(pb.WorkItemFilters(orchestrations=[pb.OrchestrationFilter(name="asks")]))
    with worker(backend, asks, only_own=True):
        take(pb.WorkItemFilters(activities=[pb.ActivityFilter(name="act")]))
    with worker(backend, asks, act):
        state = ended(client, instance_id)
    assert state.serialized_output == '"acted"'


def test_a_taken_port_is_refused_and_only_loopback_is_bound(backend: Backend, tmp_path: Path) -> None:
    port = int(backend.address.rpartition(":")[2])
    with pytest.raises(RuntimeError):
        Backend(tmp_path / "second.sqlite", port=port).start()
    listening = {
        it.laddr.ip for it in psutil.Process().net_connections("tcp") if it.laddr.port == port and it.status == "LISTEN"
    }
    assert {ip.removeprefix("::ffff:") for ip in listening} == {"127.0.0.1"}


def test_no_event_says_1970(backend: Backend) -> None:
    client = client_of(backend)

    def everything(ctx: OrchestrationContext, _: Any) -> Steps:
        yield ctx.call_activity("act")
        yield ctx.create_timer(timedelta(milliseconds=10))
        yield ctx.wait_for_external_event("go")

    def act(_ctx: ActivityContext, _: Any) -> Any:
        return None

    began = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=1)
    with worker(backend, everything, act):
        instance_id = client.schedule_new_orchestration("everything")
        client.raise_orchestration_event(instance_id, "go")
        ended(client, instance_id)
    times = [event.timestamp.replace(tzinfo=None) for event in client.get_orchestration_history(instance_id)]
    assert len(times) > 10
    assert all(began < moment < began + timedelta(seconds=30) for moment in times)


def test_a_thousand_timers_need_no_thousand_threads(backend: Backend) -> None:
    client = client_of(backend)

    def timers(ctx: OrchestrationContext, _: Any) -> Steps:
        from durabletask.task import when_all

        yield when_all([ctx.create_timer(timedelta(seconds=2)) for _ in range(1000)])
        return "all"

    with worker(backend, timers):
        before = threading.active_count()
        instance_id = client.schedule_new_orchestration("timers")
        eventually(lambda: state_of(client, instance_id).runtime_status == OrchestrationStatus.RUNNING)
        assert threading.active_count() < before + 50
        state = ended(client, instance_id, timeout=30)
    assert state.serialized_output == '"all"'


def test_200_activities_in_a_row_stay_fast(tmp_path: Path) -> None:
    with running_host("durable", tmp_path) as host:
        host.ended(host.begin("in_a_row", {"times": 1}))
        began = time.monotonic()
        ended = host.ended(host.begin("in_a_row", {"times": 200}), within=30)
        seconds = time.monotonic() - began
    assert ended["output"] == sum(2 * number for number in range(200))
    assert seconds < 10, f"{seconds:.1f} s: something grows with the state that should not"
