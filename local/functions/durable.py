"""Orchestrators and activities: takes work from the durable backend in this process, runs it, hands back results.

Lives here: that loop. Never here: durable state.
"""

import asyncio
import base64
import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any, cast

import durabletask.internal.orchestrator_service_pb2 as pb
import grpc
from azure.functions.meta import Datum
from durabletask.internal import helpers
from google.protobuf.wrappers_pb2 import StringValue

from local.durable.backend import Backend
from local.functions.codec import encode
from local.functions.invoker import Invoker
from local.functions.loader import LoadedFunction

_log = logging.getLogger("host.durable")


class FunctionNotFound(LookupError):
    """Durable work names a function that the app does not have, or that is disabled."""


class _Caller:
    """Stands for this process where the backend expects the context of a remote call."""

    def __init__(self) -> None:
        self.active = True

    def is_active(self) -> bool:
        return self.active


class DurableWorker:
    """Runs the durable functions of an app."""

    def __init__(
        self,
        backend: Backend,
        functions: Iterable[LoadedFunction],
        invoker: Invoker,
        *,
        disabled: Callable[[str], bool],
        max_activities: int,
    ) -> None:
        """`max_activities` is how many run at a time; the invoker should have as many threads. Needs a running event loop."""
        self._functions = {(it.trigger["type"], it.durable_name): it for it in functions}
        self._backend, self._invoker, self._disabled = backend, invoker, disabled
        self._caller = _Caller()
        self._slots = asyncio.Semaphore(max_activities)
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._take, name="durable-worker", daemon=True)

    def start(self) -> None:
        """Begin to take work."""
        self._thread.start()

    async def stop(self, patience: float) -> None:
        """Take no more work, and give what runs `patience` seconds to end; the rest is done again by the next process."""
        self._caller.active = False
        await asyncio.to_thread(self._thread.join)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience)

    @property
    def _context(self) -> grpc.ServicerContext:
        return cast(grpc.ServicerContext, self._caller)

    def _take(self) -> None:
        for item in self._backend.GetWorkItems(pb.GetWorkItemsRequest(), self._context):
            self._loop.call_soon_threadsafe(self._begin, item)

    def _begin(self, item: pb.WorkItem) -> None:
        run = self._orchestrate if item.HasField("orchestratorRequest") else self._act
        task = self._loop.create_task(run(item))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("A result could not be handed back; it is worked out again after a restart", exc_info=error)

    def _find(self, trigger: str, name: str) -> LoadedFunction:
        function = self._functions.get((trigger, name))
        if function is None or self._disabled(function.name):
            what = trigger.removesuffix("Trigger")
            raise FunctionNotFound(f"The function '{name}' doesn't exist, is disabled, or is not an {what} function.")
        return function

    async def _orchestrate(self, item: pb.WorkItem) -> None:
        request = item.orchestratorRequest
        try:
            function = self._find("orchestrationTrigger", _orchestrator_name(request))
            body = base64.b64encode(request.SerializeToString()).decode("ascii")
            outcome = await self._invoker.invoke(function, Datum(body, "string"), quiet=True)
            response = pb.OrchestratorResponse.FromString(base64.b64decode(encode("orchestrationTrigger", outcome.value).value))
        except Exception as error:
            _log.error("Orchestration '%s' failed outside its code: %s", request.instanceId, error)
            status = pb.ORCHESTRATION_STATUS_FAILED
            action = helpers.new_complete_orchestration_action(-1, status, None, helpers.new_failure_details(error))
            response = pb.OrchestratorResponse(instanceId=request.instanceId, actions=[action])
        response.completionToken = item.completionToken
        self._backend.CompleteOrchestratorTask(response, self._context)

    async def _act(self, item: pb.WorkItem) -> None:
        request = item.activityRequest
        response = pb.ActivityResponse(
            instanceId=request.orchestrationInstance.instanceId, taskId=request.taskId, completionToken=item.completionToken
        )
        async with self._slots:
            if not self._caller.active:
                return  # still open in the backend: the next process runs it
            try:
                function = self._find("activityTrigger", request.name)
                given = Datum(request.input.value if request.HasField("input") else "null", "json")
                outcome = await self._invoker.invoke(function, given, quiet=True)
                response.result.CopyFrom(StringValue(value=encode("activityTrigger", outcome.value).value))
            except Exception as error:
                response.failureDetails.CopyFrom(helpers.new_failure_details(error))
        self._backend.CompleteActivityTask(response, self._context)


def _orchestrator_name(request: pb.OrchestratorRequest) -> str:
    started = [event for event in (*request.pastEvents, *request.newEvents) if event.HasField("executionStarted")]
    return started[-1].executionStarted.name


def client_binding(*, address: str, base_url: str, hub: str, code: str) -> dict[str, Any]:
    """The data of a durable client binding, as the extension gives them to the worker.

    `address` is the backend's, `base_url` the host's own (a client that has a request replaces its origin by the request's).
    """
    webhooks = f"{base_url}/runtime/webhooks/durabletask"
    query = f"taskHub={hub}&connection=Storage&code={code}"
    instance = f"{webhooks}/instances/INSTANCEID"
    operations = {"restart": "restart?", "terminate": "terminate?reason={text}&", "rewind": "rewind?reason={text}&"}
    operations |= {"suspend": "suspend?reason={text}&", "resume": "resume?reason={text}&"}
    management = {f"{name}PostUri": f"{instance}/{rest}{query}" for name, rest in operations.items()}
    management |= {
        "id": "INSTANCEID",
        "statusQueryGetUri": f"{instance}?{query}",
        "sendEventPostUri": f"{instance}/raiseEvent/{{eventName}}?{query}",
        "purgeHistoryDeleteUri": f"{instance}?{query}",
    }
    create = f"{webhooks}/orchestrators/{{functionName}}[/{{instanceId}}]?{query}"
    return {
        "taskHubName": hub,
        "connectionName": "Storage",
        "creationUrls": {"createNewInstancePostUri": create, "createAndWaitOnNewInstancePostUri": create},
        "managementUrls": management,
        "baseUrl": webhooks,
        "httpBaseUrl": webhooks,
        "requiredQueryStringParameters": query,
        "rpcBaseUrl": f"http://{address}",
        "maxGrpcMessageSizeInBytes": 2**31 - 1,
    }
