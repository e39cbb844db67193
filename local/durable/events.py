"""History events: what kind they are, what they answer, and those that durabletask builds without all they should hold.

Lives here: pure functions on protobuf messages. Never here: instances, queues, storage.
"""

from datetime import UTC, datetime

import durabletask.internal.orchestrator_service_pb2 as pb
from durabletask.testing.in_memory_backend import OrchestrationInstance
from google.protobuf import wrappers_pb2

_ANSWERS = {
    "taskCompleted": "taskScheduledId",
    "taskFailed": "taskScheduledId",
    "timerFired": "timerId",
    "subOrchestrationInstanceCompleted": "taskScheduledId",
    "subOrchestrationInstanceFailed": "taskScheduledId",
}


def kind(event: pb.HistoryEvent) -> str:
    """The name of the event's payload field, such as `taskCompleted`; empty when it has none."""
    return event.WhichOneof("eventType") or ""


def answered_task(event: pb.HistoryEvent) -> int | None:
    """The id of the task, timer or sub-orchestration that this event ends; None for every other event."""
    name = kind(event)
    field = _ANSWERS.get(name)
    return int(getattr(getattr(event, name), field)) if field else None


def stamp(event: pb.HistoryEvent) -> None:
    """Give an event without a time (1970) the present one."""
    if not event.timestamp.seconds:
        event.timestamp.FromDatetime(datetime.now(UTC))


def activity_outcome(response: pb.ActivityResponse) -> pb.HistoryEvent:
    """The event that tells an orchestration how its activity ended; a failure with an empty message is still a failure."""
    if response.HasField("failureDetails"):
        failed = pb.TaskFailedEvent(taskScheduledId=response.taskId, failureDetails=response.failureDetails)
        return pb.HistoryEvent(eventId=-1, taskFailed=failed)
    completed = pb.TaskCompletedEvent(taskScheduledId=response.taskId, result=response.result)
    return pb.HistoryEvent(eventId=-1, taskCompleted=completed)


def child_outcome(task_id: int, child: OrchestrationInstance) -> pb.HistoryEvent:
    """The event that tells a parent how its sub-orchestration ended, with the type of the failure."""
    if child.status == pb.ORCHESTRATION_STATUS_COMPLETED:
        result = wrappers_pb2.StringValue(value=child.output) if child.output is not None else None
        completed = pb.SubOrchestrationInstanceCompletedEvent(taskScheduledId=task_id, result=result)
        return pb.HistoryEvent(eventId=-1, subOrchestrationInstanceCompleted=completed)
    details = child.failure_details or pb.TaskFailureDetails(
        errorType="OrchestrationTerminated", errorMessage=f"Sub-orchestration '{child.instance_id}' was terminated."
    )
    failed = pb.SubOrchestrationInstanceFailedEvent(taskScheduledId=task_id, failureDetails=details)
    return pb.HistoryEvent(eventId=-1, subOrchestrationInstanceFailed=failed)


def execution_started(instance: OrchestrationInstance) -> pb.ExecutionStartedEvent | None:
    """The event that began the current run of an instance, to read or to add to."""
    for event in (*instance.pending_events, *instance.dispatched_events, *instance.history):
        if event.HasField("executionStarted"):
            return event.executionStarted
    return None
