"""Clients that wait for an instance to start or end: as many as like, without keeping anybody else waiting.

Lives here: the two waiting methods. Never here: any change of state.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, override

import durabletask.internal.orchestrator_service_pb2 as pb
import grpc
from durabletask.testing.in_memory_backend import OrchestrationInstance

from local.durable.state import KeptState

_LOOK_SECONDS = 0.5
"""How often a waiting thread looks whether its client is still there."""

_WAITING = ThreadPoolExecutor(max_workers=512, thread_name_prefix="durable-wait")


def _in_own_thread[M: Callable[..., Any]](method: M) -> M:
    """Run a method of the service in the pool of those that wait, apart from all others (an attribute grpc looks for)."""
    method.__dict__["experimental_thread_pool"] = _WAITING
    return method


class Waits(KeptState):
    """`WaitForInstanceStart` and `WaitForInstanceCompletion` as long as the client's own deadline."""

    @override
    @_in_own_thread
    def WaitForInstanceStart(self, request: pb.GetInstanceRequest, context: grpc.ServicerContext) -> pb.GetInstanceResponse:
        """Answer once the instance runs; at once when there is no such instance."""
        return self._wait(request, context, lambda instance: instance.status != pb.ORCHESTRATION_STATUS_PENDING)

    @override
    @_in_own_thread
    def WaitForInstanceCompletion(
        self, request: pb.GetInstanceRequest, context: grpc.ServicerContext
    ) -> pb.GetInstanceResponse:
        """Answer once the instance has ended; at once when there is no such instance."""
        return self._wait(request, context, self._ended)

    def _wait(
        self,
        request: pb.GetInstanceRequest,
        context: grpc.ServicerContext,
        reached: Callable[[OrchestrationInstance], bool],
    ) -> pb.GetInstanceResponse:
        while context.is_active() and not self._shutdown_event.is_set():
            with self._lock:
                if request.instanceId not in self._instances:
                    return pb.GetInstanceResponse(exists=False)
            instance = self._wait_for_state(request.instanceId, reached, timeout=_LOOK_SECONDS)
            if instance is not None:
                return self._build_instance_response(instance, request.getInputsAndOutputs)
        context.abort(grpc.StatusCode.UNAVAILABLE, "The host is stopping; wait again when it is back.")
        raise AssertionError("abort raises")
