"""Handing out work: what a consumer took and did not finish goes to another when it is gone.

Lives here: the stream of work items. Never here: what happens with results (`backend.py`).
"""

from collections.abc import Iterator
from typing import override

import durabletask.internal.orchestrator_service_pb2 as pb
import grpc

from local.durable.state import KeptState


class Dispatch(KeptState):
    """`GetWorkItems` that loses nothing."""

    @override
    def GetWorkItems(self, request: pb.GetWorkItemsRequest, context: grpc.ServicerContext) -> Iterator[pb.WorkItem]:
        """Stream work to one consumer; on its end, take back what it had in hand."""
        consumer = object()
        orchestrations: dict[str, str] = {}
        try:
            for item in super().GetWorkItems(request, context):
                with self._lock:
                    if item.HasField("orchestratorRequest"):
                        orchestrations[item.orchestratorRequest.instanceId] = item.completionToken
                    elif item.HasField("activityRequest"):
                        self._note_holder(item.activityRequest, consumer)
                yield item
        finally:
            self._take_back(consumer, orchestrations)

    def _note_holder(self, request: pb.ActivityRequest, consumer: object) -> None:
        waiting = self._open.get(request.orchestrationInstance.instanceId, {}).get(request.taskId)
        if waiting is not None:
            waiting.holder = consumer

    def _take_back(self, consumer: object, orchestrations: dict[str, str]) -> None:
        with self._lock:
            for instance_id, token in orchestrations.items():
                instance = self._instances.get(instance_id)
                if instance is None or str(instance.completion_token) != token or not instance.dispatched_events:
                    continue
                instance.pending_events[:0] = instance.dispatched_events
                instance.dispatched_events.clear()
                instance.completion_token = self._new_token()
                self._orchestration_in_flight.discard(instance_id)
                self._enqueue_orchestration(instance_id)
            for tasks in self._open.values():
                for waiting in tasks.values():
                    if waiting.holder is consumer:
                        waiting.holder = None
                        self._activity_queue.append(waiting.item)
            self._work_available.set()
