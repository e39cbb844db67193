"""The Durable Task service: durabletask's in-memory one with its defects mended and its state in a file.

Lives here: the methods of the service whose behaviour differs from the original, and the server they are reached through.
Never here: bookkeeping (`state.py`), handing out work (`dispatch.py`), waiting for clients (`waits.py`).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, cast, override
from uuid import uuid4

import durabletask.internal.orchestrator_service_pb2 as pb
import durabletask.internal.orchestrator_service_pb2_grpc as stubs
import grpc
from durabletask.internal import helpers
from durabletask.testing.in_memory_backend import InMemoryOrchestrationBackend, OrchestrationInstance

from local.durable.dispatch import Dispatch
from local.durable.events import activity_outcome, answered_task, execution_started
from local.durable.state import START
from local.durable.waits import Waits


def _kept[M: Callable[..., Any]](original: M) -> M:
    """The original method, its changes written before the caller hears of them."""

    @wraps(original)
    def call(self: "Backend", request: Any, context: grpc.ServicerContext) -> Any:
        with self._transaction():
            return original(self, request, context)

    return cast(M, call)


def _unless_ended[M: Callable[..., Any]](original: M) -> M:
    """Like `_kept`, and without effect on an instance that has ended: the original would wake it again."""

    @wraps(original)
    def call(self: "Backend", request: Any, context: grpc.ServicerContext) -> Any:
        with self._transaction():
            instance = self._instances.get(request.instanceId)
            if instance is not None and self._ended(instance):
                return _EMPTY_ANSWERS[original.__name__]()
            self._changed.add(request.instanceId)
            return original(self, request, context)

    return cast(M, call)


_EMPTY_ANSWERS = {
    "RaiseEvent": pb.RaiseEventResponse,
    "SuspendInstance": pb.SuspendResponse,
    "ResumeInstance": pb.ResumeResponse,
    "TerminateInstance": pb.TerminateResponse,
}


class Backend(Waits, Dispatch):
    """Serves Durable Task on 127.0.0.1; state is the SQLite file `path`, read at `start`. Entities are not kept."""

    def __init__(self, path: Path, *, port: int = 0) -> None:
        """`port` 0 takes a free one."""
        super().__init__(path)
        self._port = port
        self.address = ""

    RaiseEvent = _unless_ended(InMemoryOrchestrationBackend.RaiseEvent)
    SuspendInstance = _unless_ended(InMemoryOrchestrationBackend.SuspendInstance)
    ResumeInstance = _unless_ended(InMemoryOrchestrationBackend.ResumeInstance)
    TerminateInstance = _unless_ended(InMemoryOrchestrationBackend.TerminateInstance)
    RestartInstance = _kept(InMemoryOrchestrationBackend.RestartInstance)
    RewindInstance = _kept(InMemoryOrchestrationBackend.RewindInstance)
    CompleteEntityTask = _kept(InMemoryOrchestrationBackend.CompleteEntityTask)
    AbandonTaskOrchestratorWorkItem = _kept(InMemoryOrchestrationBackend.AbandonTaskOrchestratorWorkItem)

    @override
    def start(self) -> str:
        """Recover what was under way and serve; returns the address.

        Raises:
            RuntimeError: the port is taken.
        """
        server = grpc.server(
            ThreadPoolExecutor(max_workers=32, thread_name_prefix="durable-rpc"),
            options=[
                ("grpc.so_reuseport", 0),
                ("grpc.max_receive_message_length", -1),
                ("grpc.max_send_message_length", -1),
            ],
        )
        cast(Callable[..., None], stubs.add_TaskHubSidecarServiceServicer_to_server)(self, server)
        self._port = server.add_insecure_port(f"127.0.0.1:{self._port}")
        self._server = server
        self._recover()
        self._alarms.start()
        server.start()
        self.address = f"127.0.0.1:{self._port}"
        return self.address

    @override
    def stop(self, grace: float | None = None) -> None:
        """Stop serving; what is under way is taken up again by the next process."""
        super().stop(grace)
        self._alarms.stop()
        with self._lock:
            self._store.close()

    @override
    def StartInstance(self, request: pb.CreateInstanceRequest, context: grpc.ServicerContext) -> pb.CreateInstanceResponse:
        """Start an instance, at its start time if it has one; the id of an instance that has ended may be used again."""
        request.instanceId = request.instanceId or uuid4().hex
        with self._transaction():
            existing = self._instances.get(request.instanceId)
            if existing is not None:
                replaceable = list(request.orchestrationIdReusePolicy.replaceableStatus)
                if existing.status in replaceable or (not replaceable and self._ended(existing)):
                    self._drop(existing)
            start = request.scheduledStartTimestamp.ToDatetime(tzinfo=UTC)
            later = request.HasField("scheduledStartTimestamp") and start > datetime.now(UTC)
            if later and request.instanceId not in self._instances:
                self._arm(request.instanceId, START, start)
            answer = super().StartInstance(request, context)
            if later and (started := execution_started(self._instances[request.instanceId])):
                started.scheduledStartTimestamp.CopyFrom(request.scheduledStartTimestamp)
            return answer

    def _drop(self, instance: OrchestrationInstance) -> None:
        self._forget_work(instance.instance_id)
        self._orchestration_in_flight.discard(instance.instance_id)
        self._orchestration_queue_set.discard(instance.instance_id)
        self._parents.pop(instance.instance_id, None)
        del self._instances[instance.instance_id]

    @override
    def PurgeInstances(self, request: pb.PurgeInstancesRequest, context: grpc.ServicerContext) -> pb.PurgeInstancesResponse:
        """Remove instances that have ended, from the file too."""
        with self._transaction():
            before = set(self._instances)
            answer = super().PurgeInstances(request, context)
            self._changed |= before - set(self._instances)
            return answer

    @override
    def _terminate_instance_internal(self, instance_id: str, output: str | None, recursive: bool = False) -> None:
        instance = self._instances.get(instance_id)
        if instance is None or self._ended(instance):
            return
        event = helpers.new_terminated_event(encoded_output=output)
        event.executionTerminated.recurse = recursive
        if START in self._timers.get(instance_id, {}):
            self._end_unstarted(instance, event, output)
        else:
            self._deliver(instance, event)

    def _end_unstarted(self, instance: OrchestrationInstance, terminated: pb.HistoryEvent, output: str | None) -> None:
        """End an instance whose start time has not come, without running it."""
        instance.status = pb.ORCHESTRATION_STATUS_TERMINATED
        instance.output = output
        instance.completed_at = instance.last_updated_at = datetime.now(UTC)
        ended = helpers.new_execution_completed_event(instance.status, output)
        instance.history.extend([*instance.pending_events, terminated, ended])
        instance.pending_events.clear()
        self._forget_work(instance.instance_id)
        self._changed.add(instance.instance_id)
        self._notify_waiters(instance.instance_id)

    @override
    def CompleteActivityTask(self, request: pb.ActivityResponse, context: grpc.ServicerContext) -> pb.CompleteTaskResponse:
        """Take the result of an activity once, and only for the run that scheduled it."""
        with self._transaction():
            instance = self._instances.get(request.instanceId)
            waiting = self._open.get(request.instanceId, {}).get(request.taskId)
            if instance is not None and waiting is not None and str(waiting.item.completion_token) == request.completionToken:
                del self._open[request.instanceId][request.taskId]
                self._deliver(instance, activity_outcome(request))
        return pb.CompleteTaskResponse()

    @override
    def CompleteOrchestratorTask(
        self, request: pb.OrchestratorResponse, context: grpc.ServicerContext
    ) -> pb.CompleteTaskResponse:
        """Take the decisions of an orchestrator, unless they come from a consumer whose work was handed to another."""
        with self._transaction():
            instance = self._instances.get(request.instanceId)
            if instance is None or str(instance.completion_token) != request.completionToken:
                return pb.CompleteTaskResponse()
            self._changed.add(request.instanceId)
            recursive = any(event.executionTerminated.recurse for event in instance.dispatched_events)
            begun = execution_started(instance)
            if _continues_as_new(request):
                self._forget_work(request.instanceId)
                instance.pending_events[:] = [event for event in instance.pending_events if answered_task(event) is None]
            answer = super().CompleteOrchestratorTask(request, context)
            if self._ended(instance):
                self._after_end(instance, recursive=recursive)
            else:
                if _continues_as_new(request) and begun is not None and (anew := execution_started(instance)):
                    anew.parentInstance.CopyFrom(begun.parentInstance)
                if instance.pending_events:
                    self._enqueue_orchestration(request.instanceId)
            return answer

    def _after_end(self, instance: OrchestrationInstance, *, recursive: bool) -> None:
        instance.completed_at = instance.completed_at or datetime.now(UTC)
        if recursive and instance.status == pb.ORCHESTRATION_STATUS_TERMINATED:
            for child in self._children(instance.instance_id):
                self._terminate_instance_internal(child, instance.output, recursive=True)
        self._forget_work(instance.instance_id)
        self._tell_parent(instance)


def _continues_as_new(response: pb.OrchestratorResponse) -> bool:
    continued = pb.ORCHESTRATION_STATUS_CONTINUED_AS_NEW
    return any(action.completeOrchestration.orchestrationStatus == continued for action in response.actions)
